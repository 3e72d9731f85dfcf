// What two selections are asked as, and the answers of comparing them.
import type { Router } from 'express';
import express from 'express';
import type { Range } from '../collector/store/contract.ts';
import type { Choices } from './chosen.ts';
import type { DiffInput } from './diff.ts';
import { diffOf } from './diff.ts';
import { countOf, oneOf, queryOf, rangeOf, textOf } from './query.ts';
import type { Selection } from './selection.ts';
import { selectorOf, titleOf } from './selection.ts';
import { shell } from './shell.ts';
import type { SparingReader } from './spare.ts';
import { damageOf } from './spare.ts';
import { versionBefore } from './version-before.ts';
import type { DiffAnswer, DiffSide } from './view/change.ts';
import { BY } from './view/change.ts';
import { sideOf } from './view/sides.ts';

export interface ComparingOptions {
  readonly store: SparingReader;
  readonly choices: Choices;
  readonly wallMs: () => number;
}

const LIMIT = 2000;
const MAX_LIMIT = 20_000;

export function comparingApp({ store, choices, wallMs }: ComparingOptions): Router {
  const router = express.Router();
  router.get('/diff', async (request, response) => {
    const query = queryOf(request);
    const { selection } = await choices.chosen(request, sideOf(query, 'b'));
    await choices.chosen(request, sideOf(query, 'a'));
    response.type('html').send(shell({ title: `Compare ${titleOf(selection)}`, view: 'diff' }));
  });
  router.get('/api/diff', async (request, response) => {
    const query = queryOf(request);
    const [by, limit, nowMs] = [oneOf(query, 'by', BY) ?? 'total', countOf(query, 'limit', LIMIT, 10, MAX_LIMIT), wallMs()];
    const [ofA, ofB] = [sideOf(query, 'a'), sideOf(query, 'b')];
    const rangeB = rangeOf(ofB, nowMs);
    // What nothing is said of is the time before the other.
    const rangeA = (textOf(ofA, 'from') ?? textOf(ofA, 'until')) === undefined ? { fromMs: 2 * rangeB.fromMs - rangeB.untilMs, untilMs: rangeB.fromMs } : rangeOf(ofA, nowMs);
    const [a, b] = await Promise.all([
      sampled(store, (await choices.chosen(request, ofA)).selection, rangeA),
      sampled(store, (await choices.chosen(request, ofB)).selection, rangeB),
    ]);
    response.json({ by, a: a.side, b: b.side, ...diffOf(a.input, b.input, { by, limit }) } satisfies DiffAnswer);
  });
  router.get('/api/version-before', async (request, response) => {
    const { query, selection } = await choices.chosen(request);
    response.json(await versionBefore(store, selection, rangeOf(query, wallMs())));
  });
  return router;
}

async function sampled(store: SparingReader, selection: Selection, asked: Range): Promise<{ side: DiffSide; input: DiffInput }> {
  const selector = selectorOf(selection);
  const [answer, times] = await Promise.all([store.query(selector, asked), store.timeline(selector, asked, asked.untilMs - asked.fromMs)]);
  const { tree, idle, covered, windows, threads } = answer;
  const coveredUs = times.series.reduce((sum, { coveredUs: columns }) => sum + columns.reduce((part, us) => part + us, 0), 0);
  const side = { title: titleOf(selection), asked, ...(covered === undefined ? {} : { covered }), windows, threadCount: threads, samples: tree.totalCount[0] ?? 0, busyUs: tree.totalWeight[0] ?? 0, coveredUs, ...damageOf(answer, times) };
  return { side, input: { tree, idle, coveredUs } };
}
