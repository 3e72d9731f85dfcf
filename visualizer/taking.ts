// What leads out of the page: files for other tools, and speedscope as its package brings it, on our own origin.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Router } from 'express';
import express from 'express';
import type { StoreReader } from '../collector/store/contract.ts';
import { policy } from './access.ts';
import type { Choices } from './chosen.ts';
import { exportOf } from './export/answer.ts';
import { oneOf, queryOf, rangeOf, switchOf, WEIGHTS } from './query.ts';
import type { Format } from './view/take.ts';
import { FORMATS } from './view/take.ts';

export interface TakingOptions {
  readonly store: StoreReader;
  readonly choices: Choices;
  readonly wallMs: () => number;
}

const SPEEDSCOPE = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release');

export function takingApp({ store, choices, wallMs }: TakingOptions): Router {
  const router = express.Router();
  // Its styles are inline, and a part of it is WebAssembly: so it has a policy of its own.
  router.use('/speedscope', policy({ scriptSrc: ["'self'", "'wasm-unsafe-eval'"], styleSrc: ["'self'", "'unsafe-inline'"], fontSrc: ["'self'"] }), express.static(SPEEDSCOPE, { fallthrough: false }));
  router.get('/export{/:host}', async (request, response) => {
    const query = queryOf(request);
    if (request.params.host !== undefined) query.append('host', request.params.host);
    const { selection } = await choices.chosen(request, query);
    const { fileName, type, body } = await exportOf(store, selection, rangeOf(query, wallMs()), {
      format: oneOf(query, 'format', Object.keys(FORMATS) as Format[]) ?? 'pprof',
      weight: oneOf(query, 'weight', WEIGHTS) ?? 'us',
      idle: switchOf(query, 'idle'),
    });
    response.attachment(fileName).set('content-type', type).send(typeof body === 'string' ? body : Buffer.from(body));
  });
  return router;
}
