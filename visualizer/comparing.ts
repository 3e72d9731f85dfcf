// What two selections are asked as, and the answers of comparing them.
import type { Router } from 'express';
import express from 'express';
import type { Range } from '../collector/store/contract.ts';
import { labelsToChoose } from './answers.ts';
import type { Choices } from './chosen.ts';
import type { DiffInput } from './diff.ts';
import { diffOf } from './diff.ts';
import { HttpError } from './http-error.ts';
import { countOf, oneOf, queryOf, rangeOf, textOf } from './query.ts';
import type { Selection } from './selection.ts';
import { narrowed, selectorOf, titleOf } from './selection.ts';
import { shell } from './shell.ts';
import type { SparingReader } from './spare.ts';
import { damageOf } from './spare.ts';
import { versionBefore } from './version-before.ts';
import type { DiffAnswer, DiffSide, With } from './view/change.ts';
import { BY, WITH } from './view/change.ts';
import { firstQuestions } from './view/questions.ts';
import { unitOf } from './view/kinds.ts';
import { hasSide, sideOf } from './view/sides.ts';

export interface ComparingOptions {
  readonly store: SparingReader;
  readonly choices: Choices;
  readonly wallMs: () => number;
}

interface Asked {
  readonly selection: Selection;
  readonly range: Range;
}

const LIMIT = 2000;
const MAX_LIMIT = 20_000;
const DAY_MS = 86_400_000;

export function comparingApp({ store, choices, wallMs }: ComparingOptions): Router {
  const router = express.Router();
  router.get('/diff', async (request, response) => {
    const query = queryOf(request);
    const { selection } = await choices.chosen(request, sideOf(query, 'b'));
    await choices.chosen(request, sideOf(query, 'a'));
    response.type('html').send(shell({ title: `${titleOf(selection)}: what changed`, view: 'diff', asks: firstQuestions('diff', query.toString()) }));
  });
  router.get('/api/diff', async (request, response) => {
    const query = queryOf(request);
    const [by, limit, nowMs] = [oneOf(query, 'by', BY) ?? 'total', countOf(query, 'limit', LIMIT, 10, MAX_LIMIT), wallMs()];
    const other = oneOf(query, 'with', WITH) ?? (hasSide(query, 'a') ? undefined : 'before');
    const [ofA, ofB] = [sideOf(query, 'a'), sideOf(query, 'b')];
    const chosenB: Asked = { selection: (await choices.chosen(request, ofB)).selection, range: rangeOf(ofB, nowMs) };
    const pair = other === undefined ? { a: await chosenA(), b: chosenB } : await pairOf(store, chosenB, other);
    const [a, b] = await Promise.all([sampled(store, pair.a), sampled(store, pair.b)]);
    if (unitOf(pair.a.selection.kind) !== unitOf(pair.b.selection.kind)) throw new HttpError(400, 'BAD_QUERY', `Time, bytes and instances cannot be compared: A is of kind ${pair.a.selection.kind}, B of kind ${pair.b.selection.kind}.`);
    response.json({ by, a: a.side, b: b.side, ...diffOf(a.input, b.input, { by, limit }) } satisfies DiffAnswer);

    /** Without a word about its time it is the time before the other. */
    async function chosenA(): Promise<Asked> {
      const { selection } = await choices.chosen(request, ofA);
      const timed = (textOf(ofA, 'from') ?? textOf(ofA, 'until')) !== undefined;
      return { selection, range: timed ? rangeOf(ofA, nowMs) : earlier(chosenB.range, chosenB.range.untilMs - chosenB.range.fromMs) };
    }
  });
  return router;
}

/** B, and what it is compared with. */
async function pairOf(store: SparingReader, b: Asked, other: With): Promise<{ a: Asked; b: Asked }> {
  const { selection, range } = b;
  if (other !== 'version') {
    const byMs = { before: range.untilMs - range.fromMs, day: DAY_MS, week: 7 * DAY_MS }[other];
    return { a: { selection, range: earlier(range, byMs) }, b };
  }
  const { version, before } = await versionBefore(store, selection, range);
  if (version === undefined) throw new HttpError(404, 'NO_VERSION', 'Nothing in this range tells its version: set it at the sampler, or choose another range.');
  if (before === undefined) throw new HttpError(404, 'NO_VERSION_BEFORE', `No other version than ${version} ran in the 30 days before: compare with an earlier time instead.`);
  const ofVersion = (value: string): Selection => narrowed(selection, { label: ['version', value] });
  return { a: { selection: ofVersion(before.version), range: before }, b: { selection: ofVersion(version), range } };
}

function earlier({ fromMs, untilMs }: Range, byMs: number): Range {
  return { fromMs: fromMs - byMs, untilMs: untilMs - byMs };
}

async function sampled(store: SparingReader, { selection, range: { fromMs, untilMs } }: Asked): Promise<{ side: DiffSide; input: DiffInput }> {
  const [selector, asked] = [selectorOf(selection), { fromMs, untilMs }];
  const named = selection.hosts.length > 0;
  const [answer, times, inventory] = await Promise.all([store.query(selector, asked), store.timeline(selector, asked, untilMs - fromMs), store.labels(asked, named ? selection.hosts : undefined)]);
  const { tree, idle, covered, windows, threads } = answer;
  const coveredUs = times.series.reduce((sum, { coveredUs: columns }) => sum + columns.reduce((part, us) => part + us, 0), 0);
  const side: DiffSide = {
    selection,
    title: titleOf(selection),
    asked,
    ...(covered === undefined ? {} : { covered }),
    windows,
    threadCount: threads,
    samples: tree.totalCount[0] ?? 0,
    busyUs: tree.totalWeight[0] ?? 0,
    coveredUs,
    hostNames: inventory.hosts,
    threads: named ? inventory.threads : [],
    labels: labelsToChoose(inventory),
    ...damageOf(answer, times, inventory),
  };
  return { side, input: { kind: selection.kind, tree, idle, windows, threads, coveredUs } };
}
