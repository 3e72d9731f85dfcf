// The HTTP server of the page: who may ask, what there is to ask, and every failure as a sentence.
import type { Express, NextFunction, Request, Response } from 'express';
import compression from 'compression';
import express from 'express';
import type { QueryOptions, StoreReader } from '../collector/store/contract.ts';
import type { Access } from './access.ts';
import { guard, mayTrigger, policy } from './access.ts';
import { ancestorTree } from './ancestor-tree.ts';
import type { ErrorAnswer, FlameAnswer, PinAnswer } from './api.ts';
import { flameOf } from './answers.ts';
import { assetsApp } from './assets.ts';
import { choicesOf } from './chosen.ts';
import { comparingApp } from './comparing.ts';
import { partOf } from './focus.ts';
import { createGone } from './gone.ts';
import type { Held } from './held.ts';
import { heldApp } from './held.ts';
import { hostAnswers, hostStates } from './hosts.ts';
import { functionOf, linesOf } from './lines.ts';
import { HttpError } from './http-error.ts';
import { memoryApp } from './memory-app.ts';
import type { CollectorPort } from './ports.ts';
import { countOf, groupOf, moves, oneOf, queryOf, rangeOf, switchOf, WEIGHTS } from './query.ts';
import { titleOf } from './selection.ts';
import { createSharing } from './sharing.ts';
import { shell } from './shell.ts';
import { sharesOf } from './shares.ts';
import type { SnapshotAppOptions } from './snapshot/app.ts';
import { snapshotApp } from './snapshot/app.ts';
import { sparing } from './spare.ts';
import { timelineOf } from './timeline.ts';
import { tagging } from './tag.ts';
import { firstQuestions } from './view/questions.ts';
import { takingApp } from './taking.ts';
import { topOf } from './top.ts';

export type { Access } from './access.ts';

export interface AppOptions {
  readonly store: StoreReader;
  readonly collector: CollectorPort;
  /** Prometheus' text format. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly access: Access;
  /** Absent where there is no room for them. */
  readonly snapshots?: SnapshotAppOptions;
  /** A program that waits for somebody to let it go on. */
  readonly held?: Held;
  /** Hears of every question that got a 5xx, and why. */
  readonly failed: (error: unknown, asked: { readonly method: string; readonly path: string }) => void;
  readonly wallMs?: () => number;
}

/** Frames the browser draws without a stutter. */
const FLAME_LIMIT = 3000;
const MAX_FLAME_LIMIT = 20_000;
/** Functions in a table; there is hardly anyone who reads on. */
const TOP_LIMIT = 2000;
const SHARES_LIMIT = 200;
/** More hosts than these make answers that are worth sharing. */
const FEW_HOSTS = 50;
/** Room for a path of a thousand frames with long names. */
const MOST_BODY_BYTES = 1_048_576;

export function createApp({ store, collector, metrics, access, snapshots, held, failed, wallMs = Date.now }: AppOptions): Express {
  const spared = sparing(store);
  const share = createSharing();
  const app = express();
  const choices = choicesOf(store, collector);
  const { statusOf, chosen } = choices;
  const gone = createGone(store, () => collector.hosts());
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    const trouble = collector.storeTrouble();
    response.status(trouble === undefined ? 200 : 503).type('text').send(`${trouble ?? 'ok'}\n`);
  });
  app.use(policy());
  app.use((_request, response, next) => {
    response.set('cache-control', 'private, no-cache');
    next();
  });
  app.use(guard(access));
  app.use(compression());
  if (held !== undefined) app.use(heldApp(held));
  // Nothing of these follows from the store: they carry no tag of it.
  if (snapshots !== undefined) app.use(snapshotApp(snapshots));
  app.use(['/api', '/export', '/profile'], tagging({ store, collector, wallMs }));
  app.use(takingApp({ store, choices, wallMs }));
  app.use(comparingApp({ store: spared, choices, wallMs }));
  app.use(memoryApp({ store: spared, choices, wallMs, answer }));
  app.use('/assets', assetsApp());

  app.get('/', (request, response) => void response.type('html').send(shell({ title: 'Hosts', view: 'overview', asks: firstQuestions('overview', queryOf(request).toString()) })));
  app.get('/graph', async (request, response) => {
    const { query, selection } = await chosen(request);
    response.type('html').send(shell({ title: titleOf(selection), view: 'graph', asks: firstQuestions('graph', query.toString()) }));
  });
  app.get('/graph/:host', async (request, response) => {
    const { host } = request.params;
    await statusOf(host);
    response.type('html').send(shell({ title: host, view: 'graph', host, asks: firstQuestions('graph', queryOf(request).toString(), host) }));
  });
  app.get('/profile/:host', async (request, response) => {
    const { host } = request.params;
    await statusOf(host);
    const query = queryOf(request);
    const range = rangeOf(query, wallMs());
    const weight = oneOf(query, 'weight', WEIGHTS) ?? 'count';
    const { tree, idle } = await store.query({ kind: 'cpu', hosts: [host] }, range);
    const threshold = countOf(query, 'threshold', 0, 0, 1);
    response.json(ancestorTree(tree, { weight, threshold, ...(switchOf(query, 'idle') ? { idle } : {}) }));
  });
  app.get('/api/hosts', (request, response) => {
    const only = oneOf(queryOf(request), 'only', ['state', 'busy', 'cost']);
    return only === 'state' ? void response.json(hostStates(collector.hosts())) : answer(request, response, () => hostAnswers(spared, collector.hosts(), rangeOf(queryOf(request), wallMs()), { gone, nowMs: wallMs(), only }));
  });
  app.get('/api/flame', (request, response) => answer(request, response, () => flame(request)));
  app.post('/api/flame', express.json({ limit: MOST_BODY_BYTES }), async (request, response) => void response.json(await flame(request, partOf(request.body))));
  app.get('/api/timeline', (request, response) => answer(request, response, async () => {
    const { query, selection } = await chosen(request);
    return timelineOf(spared, selection, rangeOf(query, wallMs()), groupOf(query));
  }));
  app.get('/api/top', (request, response) => answer(request, response, async () => {
    const { query, selection, hosts } = await chosen(request);
    const by = oneOf(query, 'by', ['service']);
    const limit = countOf(query, 'limit', TOP_LIMIT, 1, MAX_FLAME_LIMIT);
    return topOf(spared, hosts, selection, rangeOf(query, wallMs()), { limit, byService: by === 'service' });
  }));
  app.get('/api/shares', (request, response) => answer(request, response, async () => {
    const { query, selection } = await chosen(request);
    const by = groupOf(query);
    if (by === undefined) throw new HttpError(400, 'BAD_QUERY', 'The query does not say by=: it takes host, process, thread or the name of a label.');
    return sharesOf(spared, selection, rangeOf(query, wallMs()), by, countOf(query, 'limit', SHARES_LIMIT, 1, MAX_FLAME_LIMIT));
  }));
  app.get('/api/lines', (request, response) => answer(request, response, async () => {
    const { query, selection } = await chosen(request);
    return linesOf(spared, selection, rangeOf(query, wallMs()), functionOf(query));
  }));
  app.get('/api/pins', async (_request, response) => void response.json((await store.pins()) satisfies readonly PinAnswer[]));
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics();
    response.set('content-type', contentType).send(body);
  });
  app.get('/collector', mayTrigger, async (_request, response) => void response.json({ stacks_collected: (await collector.pullNow()).stacksCollected }));
  app.use((request: Request) => {
    throw new HttpError(404, 'NOT_FOUND', `There is no ${request.path} here. The hosts are at /.`);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    const told = toldOf(error);
    if (told.status >= 500) failed(error, { method: request.method, path: request.path });
    if (response.headersSent) next(error);
    else answerError(told, request, response);
  });

  /** What does not move with time has a tag, and is made anew when that is another. */
  async function answer(request: Request, response: Response, work: () => Promise<unknown>): Promise<void> {
    if (collector.hosts().length <= FEW_HOSTS || !moves(queryOf(request), wallMs())) return void response.json(await work());
    const { answer: told, fresh } = await share(request.originalUrl, work);
    // An older answer must not be taken for what the tag of now stands for.
    if (!fresh) response.removeHeader('etag');
    response.json(told);
  }

  async function flame(request: Request, part: Pick<QueryOptions, 'focus' | 'callersOf' | 'calleesOf'> = {}): Promise<FlameAnswer> {
    const { query, selection, hosts } = await chosen(request);
    const limit = countOf(query, 'limit', FLAME_LIMIT, 10, MAX_FLAME_LIMIT);
    return flameOf(spared, hosts, selection, rangeOf(query, wallMs()), { limit, idle: switchOf(query, 'idle'), ...part });
  }
  return app;
}

interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function answerError({ status, code, message }: Told, request: Request, response: Response): void {
  const wantsPage = request.path === '/' || /^\/(?:graph|diff|memory|process|snapshots)(?:\/|$)/.test(request.path);
  response.status(status).removeHeader('etag');
  if (wantsPage) response.type('html').send(shell({ title: message, view: 'error' }));
  else response.json({ error: { code, message } } satisfies ErrorAnswer);
}

function toldOf(error: unknown): Told {
  if (error instanceof HttpError) return error;
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, code: error.status === 404 ? 'NOT_FOUND' : 'BAD_QUERY', message: error.status === 404 ? 'There is no such file.' : `The address does not read: ${error.message}.` };
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
  return { status: code === 'STORE_BAD_REQUEST' ? 400 : 500, code, message: error instanceof Error ? error.message : String(error) };
}
