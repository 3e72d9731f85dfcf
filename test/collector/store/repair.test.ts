// Whatever is damaged, a repaired store tells the truth: nothing under another's name, no more lost than need be, and
// nothing repaired that this version does not know.
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { FORMAT_VERSION } from '../../../collector/store/format.ts';
import { openStore, repairStore } from '../../../collector/store/index.ts';
import type { LevelStore, NumberWindow, QueryAnswer } from '../../../collector/store/index.ts';
import { formatKey, SPACE } from '../../../collector/store/keys.ts';
import { windowOf } from '../../windows.ts';
import { answersOf } from './fixture.ts';
import { changing, flip } from './flip.ts';
import { toldLines, withLines } from './lines.ts';

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/', import.meta.url));
const DAY_MS = 24 * 3_600_000;
const START_MS = Date.UTC(2026, 4, 4);
const DAY = { fromMs: START_MS, untilMs: START_MS + DAY_MS };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-repair-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function opened<T>(path: string, work: (store: LevelStore) => Promise<T>): Promise<T> {
  const store = await openStore({ path });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function storedAt(path: string, windows: readonly ReturnType<typeof windowOf>[]): Promise<void> {
  await opened(path, async (store) => {
    for (const window of windows) await store.append([window], new Map());
  });
}

/** A window of ten seconds, `seq` from 0. */
function windowAt(seq: number, stacks: string): ReturnType<typeof windowOf> {
  return windowOf({ seq, startMs: START_MS + seq * 10_000, stacks });
}

async function setFormat(path: string, record: Buffer | undefined): Promise<void> {
  const [key, checksum] = [formatKey(), Buffer.alloc(4)];
  checksum.writeUInt32LE(crc32(record ?? '', crc32(key)));
  await changing(path, (level) => (record === undefined ? level.del(key) : level.put(key, Buffer.concat([record, checksum]))));
}

for (const how of ['damaged', 'gone'] as const) {
  test(`a folder of format 1 whose format record is ${how} is upgraded after the repair, and answers the same`, async (t) => {
    const path = await folder(t);
    await cp(join(FIXTURES, 'store-format-1/store'), path, { recursive: true });
    if (how === 'gone') await setFormat(path, undefined);
    else assert.equal(await flip(path, (key) => key[0] === SPACE.format), 1);
    await assert.rejects(openStore({ path }), { code: 'STORE_DAMAGED' });
    assert.equal((await repairStore(path)).damaged, 1);
    const answers = JSON.parse(await readFile(join(FIXTURES, 'store-format-1/answers.json'), 'utf8')) as unknown;
    for (let opening = 0; opening < 2; opening++) assert.deepEqual(await opened(path, answersOf), answers);
    await opened(path, async (store) => {
      await store.prune(1_700_000_000_000 + 5 * DAY_MS);
      assert.deepEqual(await store.extent('web'), (answers as { extents: unknown[] }).extents[0]);
    });
    assert.equal((await repairStore(path)).damaged, 0);
  });
}

test('a folder of a newer format is not repaired: what is unknown here is no damage', async (t) => {
  const path = await folder(t);
  await storedAt(path, [windowAt(0, 'a 1')]);
  await flip(path, (key) => key[0] === SPACE.header);
  await setFormat(path, Buffer.from(JSON.stringify({ format: FORMAT_VERSION + 1 })));
  await assert.rejects(repairStore(path), { code: 'STORE_NEWER_FORMAT' });
  await setFormat(path, Buffer.from(JSON.stringify({ format: FORMAT_VERSION })));
  assert.equal((await repairStore(path)).damaged, 1, 'the record of then is still there');
});

/** Each page holds the names of one window, and all stacks are of the same depth. */
const NAMES = ['login,logout,a,b', 'a;b,c;d', 'login;a,logout;b', 'c;e,f;g,h;h', 'a;b,c;d', 'x;login,y;logout'];

function namesOf({ tree }: QueryAnswer): string[] {
  const paths = [''];
  tree.parent.forEach((parent, node) => {
    if (node > 0) paths[node] = `${paths[parent] ?? ''};${tree.frames[tree.frame[node] ?? 0]?.name ?? ''}`.replace(/^;/, '');
  });
  return paths.filter((_, node) => (tree.selfCount[node] ?? 0) > 0).sort();
}

async function named(path: string): Promise<void> {
  await storedAt(path, NAMES.map((names, seq) => windowAt(seq, names.split(',').map((name) => `${name} 1`).join('\n'))));
}

/** How many windows are told, each by its own names. */
function told(path: string): Promise<number> {
  return opened(path, async (store) => {
    let windows = 0;
    for (const [seq, names] of NAMES.entries()) {
      const range = { fromMs: START_MS + seq * 10_000, untilMs: START_MS + seq * 10_000 + 1 };
      const answer = await store.query({ kind: 'cpu' }, range).catch((error: unknown) => (error as { code?: string }).code);
      if (typeof answer !== 'object') assert.equal(answer, 'STORE_DAMAGED');
      else if (answer.windows > 0) {
        assert.deepEqual(namesOf(answer), names.split(',').sort());
        windows++;
      }
    }
    return windows;
  });
}

const NOTHING = { damaged: 0, windowsLost: 0, windowsCoarser: 0, rollupsLost: 0, rollupsCoarser: 0, rollupsRemade: 0 };

for (let page = 0; page < 5; page++) {
  test(`page ${page} of a dictionary is damaged: no window is told by names of another, and collecting goes on`, async (t) => {
    const path = await folder(t);
    await named(path);
    let seen = 0;
    assert.equal(await flip(path, (key) => key[0] === SPACE.page && seen++ === page), 1);
    assert.equal(await told(path), 0, 'all are of one dictionary');
    const lateRange = { fromMs: START_MS + 500_000, untilMs: START_MS + 500_001 };
    await opened(path, async (store) => {
      assert.equal((await store.append([windowAt(50, 'late;one 2')], new Map())).appended, 1);
      assert.deepEqual(namesOf(await store.query({ kind: 'cpu' }, lateRange)), ['late;one']);
    });
    const report = await repairStore(path);
    // The window at 4 brings no name of its own.
    const left = NAMES.filter((_, seq) => seq < page || (seq === 4 && page > 1));
    assert.deepEqual(report, { ...NOTHING, damaged: 1, windowsLost: NAMES.length - left.length });
    assert.equal(await told(path), left.length);
    await opened(path, async (store) => {
      await store.append([windowAt(60, 'quite;other;names 1')], new Map());
      await store.rollUp(START_MS + 2 * DAY_MS);
      const all = namesOf(await store.query({ kind: 'cpu' }, DAY));
      assert.deepEqual(all, [...new Set([...left.flatMap((names) => names.split(',')), 'late;one', 'quite;other;names'])].sort());
    });
    assert.equal(await told(path), left.length);
    assert.deepEqual(await repairStore(path), NOTHING);
  });
}

test('a damaged page of windows that are rolled up: the hours have names of their own and know them all', async (t) => {
  const path = await folder(t);
  await named(path);
  await opened(path, (store) => store.rollUp(START_MS + 2 * DAY_MS));
  let seen = 0;
  assert.equal(await flip(path, (key) => key[0] === SPACE.page && seen++ === 2), 1);
  assert.deepEqual(await repairStore(path), { ...NOTHING, damaged: 1, windowsCoarser: NAMES.length, rollupsCoarser: 1 });
  await opened(path, async (store) => {
    const { windows, ...answer } = await store.query({ kind: 'cpu' }, DAY);
    assert.equal(windows, NAMES.length);
    assert.deepEqual(namesOf({ windows, ...answer }), [...new Set(NAMES.flatMap((names) => names.split(',')))].sort());
  });
});

/** Twenty minutes in four roll-ups of five minutes, of two threads. */
async function rolledUp(path: string): Promise<void> {
  await opened(path, async (store) => {
    for (let seq = 0; seq < 120; seq++) {
      const stacks = Array.from({ length: 60 }, (_, i) => `main;f${i % 9};g${i} ${((i * (seq + 1)) % 5) + 1}`).join('\n');
      await store.append([0, 1].map((thread) => withLines(windowOf({ thread, seq, startMs: START_MS + seq * 10_000, stacks }), seq)), new Map());
    }
    await store.rollUp(START_MS + 2 * DAY_MS);
  });
}

for (const [name, wanted, coarser] of [
  ['header of a roll-up', (key: Buffer) => key[0] === SPACE.header && key[1] === 1, 0],
  ['payload of a roll-up', (key: Buffer) => key[0] === SPACE.payload && key[1] === 1, 240],
  ['block of rows', (key: Buffer) => key[0] === SPACE.block, 60],
  ['header of an hour', (key: Buffer) => key[0] === SPACE.header && key[1] === 2, 0],
  ['payload of a day', (key: Buffer) => key[0] === SPACE.payload && key[1] === 3, 0],
] as const) {
  test(`one damaged ${name} loses no window`, async (t) => {
    const path = await folder(t);
    await rolledUp(path);
    const whole = (store: LevelStore): Promise<QueryAnswer> => store.query({ kind: 'cpu' }, DAY);
    const truth = await opened(path, whole);
    const lines = await opened(path, linesOf);
    let seen = 0;
    assert.equal(await flip(path, (key) => wanted(key) && seen++ === 1), 1);
    const report = await repairStore(path);
    assert.deepEqual([report.damaged, report.windowsLost, report.rollupsLost, report.windowsCoarser], [1, 0, 0, coarser], JSON.stringify(report));
    for (const turn of ['at once', 'after a turn', 'made anew']) {
      await opened(path, async (store) => {
        const { tree, windows } = await whole(store);
        assert.deepEqual([windows, tree.totalCount[0], tree.totalWeight[0]], [240, truth.tree.totalCount[0], truth.tree.totalWeight[0]], turn);
        const now = await linesOf(store);
        // What only the damaged roll-up knew comes back with the next one, its lines do not.
        assert.ok(now.hits <= lines.hits && now.hits >= 0.8 * lines.hits && (turn === 'at once' || now.self === lines.self), JSON.stringify([turn, now, lines]));
        const { series } = await store.timeline({ kind: 'cpu' }, DAY, DAY_MS);
        assert.equal(series[0]?.busy[0], truth.tree.totalWeight[0], turn);
        if (coarser === 0) assert.equal((await store.query({ kind: 'cpu', threads: [0] }, { fromMs: START_MS + 10_000, untilMs: START_MS + 20_000 })).windows, 1);
        if (turn === 'at once') await store.rollUp(START_MS + 2 * DAY_MS);
        else await store.rebuild(START_MS + 2 * DAY_MS);
      });
    }
    assert.equal((await repairStore(path)).damaged, 0);
  });
}

for (const [name, wanted, coarser] of [
  ['block of named numbers', (key: Buffer) => key[0] === SPACE.block, 30],
  ['roll-up of named numbers', (key: Buffer) => key[0] === SPACE.payload && key[1] === 1, 0],
] as const) {
  test(`one damaged ${name} loses no window and no number`, async (t) => {
    const path = await folder(t);
    const observed = Array.from({ length: 120 }, (_, seq): NumberWindow => {
      const { host, boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = windowAt(seq, 'a 1');
      return { host, boot, thread, kind: 'facts', firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers: { rssBytes: { min: seq, max: seq, sum: seq, count: 1, last: seq } } };
    });
    await opened(path, async (store) => {
      await store.append(observed, new Map());
      await store.rollUp(START_MS + 2 * DAY_MS);
    });
    let seen = 0;
    assert.equal(await flip(path, (key) => wanted(key) && seen++ === 1), 1);
    const { damaged, windowsLost, rollupsLost, windowsCoarser } = await repairStore(path);
    assert.deepEqual([damaged, windowsLost, rollupsLost, windowsCoarser], [1, 0, 0, coarser]);
    await opened(path, async (store) => {
      for (const turn of ['at once', 'after a turn', 'made anew']) {
        const [series] = (await store.numbers({ kind: 'facts' }, DAY, DAY_MS)).series;
        assert.deepEqual(series?.numbers, { rssBytes: { min: [0], max: [119], sum: [119 * 60], count: [120], last: [119] } }, turn);
        const steps = (await store.numbers({ kind: 'facts' }, { fromMs: START_MS, untilMs: START_MS + 1_200_000 }, 10_000)).series[0]?.numbers['rssBytes'];
        assert.equal(steps?.count.filter((count) => count === 1).length, 120 - coarser, turn);
        if (turn === 'at once') await store.rollUp(START_MS + 2 * DAY_MS);
        else await store.rebuild(START_MS + 2 * DAY_MS);
      }
    });
    assert.equal((await repairStore(path)).damaged, 0);
  });
}

/** Hits at any line, and samples. */
async function linesOf(store: LevelStore): Promise<{ readonly hits: number; readonly self: number }> {
  const { lines, selfCount } = await store.lines({ kind: 'cpu' }, DAY);
  return { hits: lines.count.reduce((sum, count) => sum + count, 0), self: selfCount.reduce((sum, count) => sum + count, 0) };
}

test('roll-ups that are made anew have the lines of before, and what comes late adds its own', async (t) => {
  const path = await folder(t);
  await rolledUp(path);
  await opened(path, async (store) => {
    const range = { fromMs: START_MS + 310_000, untilMs: START_MS + 320_000 };
    const before = toldLines(await store.lines({ kind: 'cpu' }, range));
    await store.rebuild(START_MS + 2 * DAY_MS);
    assert.deepEqual(toldLines(await store.lines({ kind: 'cpu' }, range)), before);
    await store.append([windowOf({ seq: 500, startMs: START_MS + 400_000, stacks: 'late 4', lines: 'late:7 3' })], new Map());
    for (let turn = 0; turn < 3; turn++) {
      const { hits, windows } = toldLines(await store.lines({ kind: 'cpu' }, range));
      assert.deepEqual([hits, windows], [{ ...before.hits, late: 4, 'late:7': 3 }, before.windows + 1]);
      await (turn === 0 ? store.rollUp(START_MS + 2 * DAY_MS) : store.rebuild(START_MS + 2 * DAY_MS));
    }
  });
});

test('a backup that was cut short does not open as a store, and one that failed leaves nothing', async (t) => {
  const [path, copy, cut] = [await folder(t), await folder(t), await folder(t)];
  await rolledUp(path);
  await opened(path, async (store) => {
    await assert.rejects(store.backup(copy, () => {
      cpSync(copy, cut, { recursive: true });
      throw new Error('the disk of the backup is full');
    }), /is full/);
    await assert.rejects(openStore({ path: cut }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_DAMAGED');
      assert.match(error.message, /backup/);
      return true;
    });
    assert.ok((await store.backup(copy)).entries > 500);
  });
});

test('a row that points at no stack is told as damage', async (t) => {
  const path = await folder(t);
  await storedAt(path, [windowAt(0, 'a 1\nb 1\nc 1\nd 1'), windowAt(1, 'a;b 1\nc;d 1')]);
  await changing(path, async (level) => {
    const pages = (await level.keys().all()).filter((key) => key[0] === SPACE.page);
    await level.del(pages.at(-1) ?? Buffer.alloc(0));
  });
  await opened(path, (store) => assert.rejects(store.query({ kind: 'cpu' }, DAY), { code: 'STORE_DAMAGED' }));
  assert.deepEqual(await repairStore(path), { ...NOTHING, windowsLost: 1 });
  assert.equal((await opened(path, (store) => store.query({ kind: 'cpu' }, DAY))).windows, 1);
});

for (const space of ['memory', 'whole', 'past', 'pin', 'format'] as const) {
  test(`a damaged ${space} record is told or does not matter, and after the repair every window is counted once`, async (t) => {
    const path = await folder(t);
    await rolledUp(path);
    const nowMs = START_MS + 2 * DAY_MS;
    const keptMs = 30 * DAY_MS;
    const store = await openStore({ path, retention: { rawMs: nowMs - START_MS - 600_000, minutesMs: keptMs, hoursMs: keptMs, daysMs: keptMs } });
    await store.append([], new Map([['web', { cursor: 'c', clocks: { b00: { offsetUs: 0, epoch: 0, seenMs: nowMs } }, ancestorSeq: 0 }]]));
    await store.prune(nowMs);
    // A window that comes for what is dropped leaves a past identity.
    await store.append([windowOf({ seq: 500, startMs: START_MS + 1000, stacks: 'late 1' })], new Map());
    await store.rollUp(nowMs);
    await store.pin(DAY, 'kept');
    await store.close();
    const flipped = await flip(path, (key) => key[0] === SPACE[space]);
    assert.ok(flipped > 0);
    const day = (): Promise<QueryAnswer> => opened(path, (again) => again.query({ kind: 'cpu' }, DAY));
    await day().then(({ windows }) => { assert.equal(windows, 241); }, (error: unknown) => { assert.equal((error as { code?: string }).code, 'STORE_DAMAGED'); });
    const report = await repairStore(path);
    assert.deepEqual([report.damaged, report.windowsLost, report.rollupsLost], [flipped, 0, 0]);
    assert.equal((await day()).windows, 241);
    await opened(path, (again) => again.rebuild(nowMs));
    assert.equal((await day()).windows, 241);
  });
}

test('only who is to make a store makes one', async (t) => {
  const path = join(await folder(t), 'mistyped');
  await assert.rejects(repairStore(path), { code: 'STORE_MISSING' });
  await assert.rejects(openStore({ path, create: false }), { code: 'STORE_MISSING' });
  assert.equal(existsSync(path), false);
});
