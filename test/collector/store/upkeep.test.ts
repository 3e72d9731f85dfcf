// What one host sends, and what is damaged of it, costs the others neither roll-ups nor retention.
import assert from 'node:assert/strict';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore, repairStore, StoreError } from '../../../collector/store/index.ts';
import type { LevelStore, StackWindow, StoreOptions, Window } from '../../../collector/store/index.ts';
import { afterwards } from '../../cleanup.ts';
import { effort } from '../../effort.ts';
import { smallDisk } from '../../small-disk.ts';
import { windowOf } from '../../windows.ts';
import { readWholeKey, SPACE } from '../../../collector/store/keys.ts';
import { flip } from './flip.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const T0 = Date.UTC(2026, 4, 4);
/** The largest number that a window may hold. */
const MOST = 2 ** 52 - 1;

const PAYLOAD = 7;

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-upkeep-'));
  afterwards(t, () => rm(path, { recursive: true, force: true }));
  return path;
}

async function opened(t: TestContext, options: Partial<StoreOptions> = {}): Promise<LevelStore> {
  const path = options.path ?? (await folder(t));
  const store = await openStore({ ...options, path });
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

test('numbers by other names in each of many windows of one bucket are sealed in little memory, and read back', async (t) => {
  const store = await opened(t);
  const count = 2000;
  const one = { min: 1, max: 1, sum: 1, count: 1, last: 1 };
  const windows = Array.from({ length: count }, (_, seq) => ({ ...numbersOf(seq), numbers: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${seq} ${i}`, one])) }));
  await store.append(windows, new Map());
  const beforeKb = process.resourceUsage().maxRSS;
  await store.rollUp(T0 + HOUR_MS);
  assert.ok(process.resourceUsage().maxRSS - beforeKb < 400_000);
  for (const seq of [0, 63, 64, count - 1]) {
    const { series } = await store.numbers({ kind: 'facts', hosts: ['a-evil'] }, { fromMs: T0 + seq, untilMs: T0 + seq + 1 }, 1);
    assert.deepEqual(Object.keys(series[0]?.numbers ?? {}).sort(), Object.keys(windows[seq]?.numbers ?? {}).sort());
  }
});

test('windows without end in one bucket are rolled up, sealed and dropped', async (t) => {
  const store = await opened(t);
  // More than a function can be given as arguments.
  const count = effort(10_000, 130_000);
  const tiny = windowOf({ host: 'a-evil', stacks: 'a 1' });
  for (let seq = 0; seq < count; seq += 10_000) await store.append(Array.from({ length: 10_000 }, (_, i) => ({ ...tiny, firstSeq: 2 * (seq + i), lastSeq: 2 * (seq + i) })), new Map());
  await store.append(row('victim', 1, 1_700_000_000_000), new Map());
  assert.deepEqual(await store.extent('a-evil'), { fromMs: 1_700_000_000_000, untilMs: 1_700_000_010_000 });
  assert.deepEqual(await store.prune(1_700_000_000_000 + 10 * DAY_MS), { windows: count + 1 });
});

/** Rows of so many functions that hardly shrink. */
function bulky(seq: number, startMs: number, functions = 300): StackWindow {
  return windowOf({ seq, startMs, stacks: Array.from({ length: functions }, (_, i) => `function ${i} ${1 + (mixed(i * 100_000 + seq) % 9973)}`).join('\n') });
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return Math.imul(once ^ (once >>> 12), 0x297a2d39) >>> 7;
}

/** A folder in which the first rows of a host are damaged. */
async function damaged(t: TestContext, windows: readonly Window[]): Promise<string> {
  const path = await folder(t);
  const store = await openStore({ path });
  await store.append(windows, new Map());
  await store.close();
  let seen = 0;
  assert.equal(await flip(path, (key) => key[0] === PAYLOAD && seen++ === 0), 1);
  return path;
}

test('a damaged window costs the later ones of its series no retention, and no sum that others need', async (t) => {
  const store = await opened(t, { path: await damaged(t, [windowOf({ seq: 999, startMs: T0 })]) });
  for (let day = 1; day <= 4; day++) await store.append(Array.from({ length: 30 }, (_, i) => windowOf({ seq: day * 1000 + i, startMs: T0 + day * DAY_MS + i * 10_000 })), new Map());
  const windows = async (fromMs: number, untilMs: number): Promise<number> => (await store.query({ kind: 'cpu' }, { fromMs, untilMs })).windows;
  for (const [day, bySecond] of [[3, 90], [5, 30], [20, 0], [34, 0], [60, 0]] as const) {
    await assert.rejects(store.prune(T0 + day * DAY_MS + HOUR_MS), { code: 'STORE_DAMAGED' });
    assert.equal(await windows(T0 + DAY_MS, T0 + 5 * DAY_MS), 120, `on day ${day}`);
    const left = await Promise.all([1, 2, 3, 4].map((of) => windows(T0 + of * DAY_MS + 1, T0 + of * DAY_MS + 290_001)));
    assert.equal(left.reduce((sum, one) => sum + one, 0), (bySecond / 30) * 29, `on day ${day}`);
  }
});

for (const [what, space] of [['window’s header', SPACE.header], ['block of rows', SPACE.block]] as const) {
  test(`a ${what} that is damaged after its roll-up leaves with the others, and is told once`, async (t) => {
    const path = await folder(t);
    const windows = row('web', 90);
    const store = await openStore({ path });
    await store.append([...windows, ...row('other', 90)], new Map());
    await store.rollUp(T0 + HOUR_MS);
    await store.close();
    let seen = 0;
    assert.equal(await flip(path, (key) => key[0] === space && key[1] === 0 && seen++ === 1), 1);
    const again = await opened(t, { path });
    const told = await again.prune(T0 + 3 * DAY_MS).then(() => undefined, (error: unknown) => error as StoreError);
    if (space === SPACE.header) {
      assert.equal(told?.code, 'STORE_DAMAGED');
      assert.match(told.message, /^1 part .*does not read as one/);
    }
    await again.prune(T0 + 3 * DAY_MS);
    for (const host of ['web', 'other']) {
      assert.equal((await again.query({ kind: 'cpu', hosts: [host] }, { fromMs: T0, untilMs: T0 + HOUR_MS })).windows, 90);
      assert.equal((await again.query({ kind: 'cpu', hosts: [host] }, { fromMs: T0 + 1, untilMs: T0 + 290_000 })).windows, 0, 'by the second nothing is left');
    }
    assert.deepEqual(await again.append(windows, new Map()), { appended: 0, duplicates: 90, refused: [] });
    await again.close();
    assert.equal((await repairStore(path)).damaged, 0, 'nothing damaged is left');
  });
}

test('a turn that fails for one host takes nothing from the answers of the others', async (t) => {
  const path = await damaged(t, row('broken', 40));
  const store = await opened(t, { path });
  for (let host = 0; host < 300; host++) await store.append(row(`h${host}`, 5, T0 + DAY_MS), new Map());
  let turns = 0;
  const asking = (async () => {
    const answers = new Set<number>();
    while (turns < effort(20, 300)) {
      answers.add((await store.query({ kind: 'cpu', hosts: ['h7', 'h250'] }, { fromMs: T0 + DAY_MS - HOUR_MS, untilMs: T0 + 2 * DAY_MS })).windows);
      await new Promise(setImmediate);
    }
    return answers;
  })();
  for (; turns < effort(20, 300); turns++) await assert.rejects(store.rollUp(T0 + HOUR_MS), { code: 'STORE_DAMAGED' });
  assert.deepEqual(await asking, new Set([10]));
});

function codeOf(error: unknown): unknown {
  return error instanceof StoreError ? error.code : error;
}

test('a full disk does not stop the retention that makes room', async (t) => {
  const disk = await smallDisk(t, 64);
  if (disk === undefined) return;
  const store = await opened(t, { path: join(disk, 'db') });
  let seq = 1;
  for (; seq <= 400; seq++) await store.append([bulky(seq, T0 + seq * 10_000)], new Map());
  await store.rollUp(T0 + HOUR_MS * 2);
  await store.append([bulky(seq, T0 + 6 * DAY_MS)], new Map());
  // Another program takes what is free, but for most of what the store leaves: it looks again before it writes.
  const { bavail, bsize } = await statfs(disk);
  await writeFile(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 3_500_000));
  const append = async (): Promise<unknown> => store.append([bulky(++seq, T0 + 6 * DAY_MS + 10_000)], new Map()).catch(codeOf);
  while ((await append()) !== 'STORE_FULL') await pause(50);
  // What is left to roll up may have to wait for more room still.
  const said = await store.prune(T0 + 6 * DAY_MS + HOUR_MS).catch(codeOf);
  assert.ok(said === 'STORE_FULL' || typeof said === 'object', String(said));
  assert.equal((await store.query({ kind: 'cpu' }, { fromMs: T0 + 1, untilMs: T0 + 299_000 })).windows, 0, 'dropped');
  assert.equal((await store.query({ kind: 'cpu' }, { fromMs: T0, untilMs: T0 + DAY_MS })).windows, 400, 'known by the day');
  await rm(join(disk, 'ballast'));
  assert.deepEqual(await append(), { appended: 1, duplicates: 0, refused: [] });
});

test('what is dropped of sealed windows is counted, and its room given back', async (t) => {
  const path = await folder(t);
  const filling = await openStore({ path });
  for (let seq = 1; seq <= 500; seq++) await filling.append([bulky(seq, T0 + seq * 10_000, 700)], new Map());
  await filling.prune(T0 + HOUR_MS * 2);
  await filling.close();
  const store = await opened(t, { path });
  await store.prune(T0 + HOUR_MS * 2);
  const sealed = await store.bytes();
  assert.equal((await store.prune(T0 + 5 * DAY_MS)).windows, 500);
  const left = await store.bytes();
  assert.ok(left < sealed / 2, `${sealed} bytes became ${left}`);
});

async function bytesAt(path: string): Promise<number> {
  const store = await openStore({ path });
  const bytes = await store.bytes();
  await store.close();
  return bytes;
}

test('at its size a store drops the oldest that may go, however old what is pinned', async (t) => {
  const path = await folder(t);
  const filling = await openStore({ path });
  await filling.append([bulky(1, T0)], new Map());
  await filling.pin({ fromMs: T0, untilMs: T0 + HOUR_MS }, 'the outage');
  const from = T0 + 60 * DAY_MS;
  for (let seq = 2; seq <= 1000; seq++) await filling.append([bulky(seq, from + seq * 60_000, 100)], new Map());
  const nowMs = from + 1030 * 60_000;
  await filling.prune(nowMs);
  await filling.close();
  // Just above its limit a store is tidied up, and is below it.
  const tidied = await openStore({ path, maxBytes: (await bytesAt(path)) - 1 });
  const { bytes = 0, windows } = await tidied.prune(nowMs);
  assert.equal(windows, 0);
  await tidied.close();
  const store = await opened(t, { path, maxBytes: Math.floor(bytes * 0.8) });
  const report = await store.prune(nowMs);
  assert.ok(report.windows > 0 && report.windows < 900, `${report.windows} windows dropped`);
  assert.equal(report.overLimitBytes, undefined);
  assert.equal((await store.query({ kind: 'cpu' }, { fromMs: T0 - 1, untilMs: T0 + 1 })).windows, 1, 'pinned');
  assert.equal((await store.query({ kind: 'cpu' }, { fromMs: from + 1000 * 60_000, untilMs: from + 1000 * 60_000 + 1 })).windows, 1, 'the newest is there by the second');
});

test('many hosts are answered as each of them is, where much was dropped too, and damage of one is no other’s', async (t) => {
  const path = await folder(t);
  const nowMs = T0 + 3 * DAY_MS;
  const hosts = Array.from({ length: 40 }, (_, index) => `host-${String(index).padStart(2, '0')}`);
  const asked = [{ fromMs: T0 - DAY_MS, untilMs: T0 + 30_000 }, { fromMs: T0 - DAY_MS, untilMs: nowMs }];
  const retention = { rawMs: HOUR_MS, minutesMs: 30 * DAY_MS, hoursMs: 400 * DAY_MS, daysMs: 400 * DAY_MS };
  const of = (store: LevelStore, some: readonly string[]) => Promise.all(asked.map(async (range) => (await store.timeline({ kind: 'cpu', hosts: some }, range, DAY_MS, 'host')).series));
  const first = await openStore({ path, retention });
  // Of every other host nothing is old enough to go.
  await first.append(hosts.flatMap((host, index) => row(host, 6, index % 2 === 0 ? T0 : nowMs - 10 * 60_000)), new Map());
  await first.prune(nowMs);
  const each = await Promise.all(hosts.map((host) => of(first, [host])));
  const together = asked.map((_, index) => each.flatMap((series) => series[index] ?? []));
  assert.deepEqual(together.map((series) => series.length), [20, 40]);
  assert.deepEqual(await of(first, hosts), together);
  await first.close();
  assert.equal(await flip(path, (key) => key[0] === SPACE.whole && readWholeKey(key).host === 'host-04'), 1);
  const store = await opened(t, { path, retention });
  await assert.rejects(of(store, hosts), { code: 'STORE_DAMAGED' });
  assert.deepEqual(await of(store, hosts.filter((host) => host !== 'host-04')), together.map((series) => series.filter(({ name }) => name !== 'host-04')));
});
