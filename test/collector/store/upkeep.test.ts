// What one host sends, and what is damaged of it, costs the others neither roll-ups nor retention.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from '../../../collector/store/index.ts';
import type { LevelStore, StackWindow, StoreOptions, Window } from '../../../collector/store/index.ts';
import { afterwards } from '../../cleanup.ts';
import { effort } from '../../effort.ts';
import { windowOf } from '../../windows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2026, 4, 4);
/** The largest number that a window may hold. */
const MOST = 2 ** 52 - 1;

async function opened(t: TestContext, options: Omit<StoreOptions, 'path'> = {}): Promise<LevelStore> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-upkeep-'));
  afterwards(t, () => rm(path, { recursive: true, force: true }));
  const store = await openStore({ path, ...options });
  afterwards(t, () => store.close());
  return store;
}

/** Windows of 10 s of one host, one after the other. */
function row(host: string, length: number, startMs = T0): StackWindow[] {
  return Array.from({ length }, (_, i) => windowOf({ host, boot: host, seq: i + 1, startMs: startMs + i * 10_000 }));
}

function withRows(window: StackWindow, count: number[], weight: number[]): StackWindow {
  return { ...window, profile: { ...window.profile, rows: { ...window.profile.rows, count, weight } } };
}

function evil(seq: number): StackWindow {
  return windowOf({ host: 'a-evil', boot: 'evil', seq, startMs: T0 + seq });
}

function numbersOf(seq: number): Window {
  const { host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = evil(seq);
  const most = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, sum: Number.MAX_VALUE, count: MOST, last: 0 };
  return { host, boot, thread, kind: 'facts', firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers: { most } };
}

const three = <T>(of: (seq: number) => T): T[] => [1, 2, 3].map(of);
const CLAIMS: Readonly<Record<string, readonly Window[]>> = {
  'weight without a count': three((seq) => withRows(evil(seq), [0, 0], [500, 300])),
  'rows of the largest weight': three((seq) => withRows(evil(seq), [1, 1], [MOST / 2 - 2, MOST / 2 - 2].map(Math.floor))),
  'rows of the largest count': three((seq) => withRows(evil(seq), [MOST - 2, 1], [0, 1])),
  'levels of the largest height over all of time': three((seq) => ({ ...withRows(evil(seq), [1, 0], [MOST - 2, 0]), kind: 'held', over: 'average' as const, startUs: T0 * 1000, endUs: MOST })),
  'the largest tallies of a kind that is no time': three((seq) => ({ ...evil(seq), kind: 'heap', idle: { count: MOST, weight: MOST }, dropped: { count: MOST, weight: MOST }, processCpuUs: MOST, threadCpuUs: MOST })),
  'the largest processor time': three((seq) => ({ ...evil(seq), endUs: MOST, processCpuUs: MOST, threadCpuUs: MOST })),
  'the largest numbers': three(numbersOf),
};

for (const [claim, windows] of Object.entries(CLAIMS)) {
  test(`a host that tells ${claim} is rolled up, and so are the others`, async (t) => {
    const store = await opened(t);
    assert.deepEqual(await store.append(windows, new Map()), { appended: 3, duplicates: 0, refused: [] });
    await store.append(row('victim', 40), new Map());
    const before = await store.query({ kind: 'cpu', hosts: ['victim'] }, { fromMs: T0, untilMs: T0 + DAY_MS });
    assert.ok((await store.rollUp(T0 + 10 * DAY_MS)).rollups >= 6);
    assert.deepEqual(await store.query({ kind: 'cpu', hosts: ['victim'] }, { fromMs: T0, untilMs: T0 + DAY_MS }), before);
    // Whatever it says, it says.
    for (const { kind } of windows) await store.query({ kind }, { fromMs: T0, untilMs: T0 + DAY_MS });
    assert.deepEqual(await store.prune(T0 + 10 * DAY_MS), { windows: 43 });
    assert.equal((await store.query({ kind: 'cpu', hosts: ['victim'] }, { fromMs: T0, untilMs: T0 + DAY_MS })).windows, 40);
    assert.equal((await store.query({ kind: 'cpu', hosts: ['victim'] }, { fromMs: T0 + 1, untilMs: T0 + 60_000 })).windows, 0, 'by five minutes');
  });
}

test('a window that was idle for longer than it lasts is refused and told', async (t) => {
  const store = await opened(t);
  const [first] = row('web', 1);
  assert.ok(first);
  for (const claim of [{ idle: { count: 1, weight: 100_000_000 } }, { dropped: { count: 1, weight: MOST } }]) {
    const { appended, refused } = await store.append([{ ...first, ...claim }], new Map());
    assert.deepEqual([appended, refused.map(({ why }) => why.includes('lasts 10000000 µs'))], [0, [true]]);
  }
});

test('windows without end in one bucket are rolled up, sealed and dropped', async (t) => {
  const store = await opened(t);
  // More than a function can be given as arguments.
  const count = effort(10_000, 130_000);
  const tiny = windowOf({ host: 'a-evil', stacks: 'a 1' });
  for (let seq = 0; seq < count; seq += 10_000) await store.append(Array.from({ length: 10_000 }, (_, i) => ({ ...tiny, firstSeq: 2 * (seq + i), lastSeq: 2 * (seq + i) })), new Map());
  await store.append(row('victim', 1, 1_700_000_000_000), new Map());
  assert.deepEqual(await store.prune(1_700_000_000_000 + 10 * DAY_MS), { windows: count + 1 });
});
