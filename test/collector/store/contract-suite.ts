// What every engine of the store must do, whatever it keeps its windows in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { GroupBy, HostMemory, Retention, Selector, Store } from '../../../collector/store/index.ts';
import { formatTree, frameOf, windowOf } from '../../windows.ts';
import { randomContract } from './contract-random.ts';
import { toldLines } from './lines.ts';
import { tierContract } from './contract-tiers.ts';

export interface Engine {
  readonly name: string;
  /** An empty store, with a retention of one day if none is given; closed and removed when the test ends. */
  readonly open: (t: TestContext, retention?: Retention) => Promise<Store>;
  /** Closes it and opens what it kept again. */
  readonly reopen: (store: Store) => Promise<Store>;
}

const T0 = 1_700_000_000_000;
const ALL = { fromMs: T0 - 3_600_000, untilMs: T0 + 3_600_000 };
const NONE: ReadonlyMap<string, HostMemory> = new Map();
const CPU: Selector = { kind: 'cpu' };

export function storeContract({ name, open, reopen }: Engine): void {
  const check = (what: string, body: (store: Store) => Promise<void>): void => {
    test(`${name}: ${what}`, async (t) => {
      await body(await open(t));
    });
  };

  check('windows of all hosts merge to one tree', async (store) => {
    await store.append([windowOf({ stacks: 'a;b 3\na 1', idleUs: 5000 }), windowOf({ host: 'db', boot: 'b01', stacks: 'a;b 2\nc 4' })], NONE);
    const { tree, idle, windows, threads, covered } = await store.query(CPU, ALL);
    assert.equal(formatTree(tree), 'root 10 (self 0)\n  a 6 (self 1)\n    b 5 (self 5)\n  c 4 (self 4)');
    assert.deepEqual([idle, windows, threads, covered], [{ count: 5, weight: 5000 }, 2, 2, { fromMs: T0, untilMs: T0 + 10_000 }]);
  });

  check('the same window again changes nothing, an overlapping one is refused and told', async (store) => {
    const window = windowOf({ seq: 3, lastSeq: 5 });
    assert.deepEqual(await store.append([window], NONE), { appended: 1, duplicates: 0, refused: [] });
    assert.deepEqual(await store.append([window], NONE), { appended: 0, duplicates: 1, refused: [] });
    for (const overlapping of [{ seq: 5, lastSeq: 6 }, { seq: 4 }, { seq: 1, lastSeq: 3 }, { seq: 1, lastSeq: 9 }]) {
      const { appended, refused } = await store.append([windowOf(overlapping)], NONE);
      assert.deepEqual([appended, refused.length], [0, 1]);
      assert.match(refused[0]?.why ?? '', /overlap/);
    }
    const { appended, refused } = await store.append([windowOf({ seq: 7, lastSeq: 8 }), windowOf({ seq: 8, lastSeq: 9 }), windowOf({ seq: 1, lastSeq: 2 })], NONE);
    assert.deepEqual([appended, refused.length], [2, 1]);
    assert.equal((await store.query(CPU, ALL)).windows, 3);
  });

  check('windows of one append that overlap are refused in any order', async (store) => {
    const { appended, duplicates, refused } = await store.append([windowOf({ seq: 8, lastSeq: 9 }), windowOf({ seq: 7, lastSeq: 8 }), windowOf({ seq: 9, lastSeq: 12 }), windowOf({ seq: 1, lastSeq: 20 }), windowOf({ seq: 8, lastSeq: 9 }), windowOf({ seq: 7 }), windowOf({ seq: 10 })], NONE);
    assert.deepEqual([appended, duplicates, refused.map(({ window }) => [window.firstSeq, window.lastSeq])], [3, 1, [[7, 8], [9, 12], [1, 20]]]);
    assert.equal((await store.query(CPU, ALL)).windows, 3);
    assert.equal((await store.append([windowOf({ seq: 8, lastSeq: 9, thread: 1 }), windowOf({ seq: 8, lastSeq: 9, boot: 'b9' }), windowOf({ seq: 8, lastSeq: 9, kind: 'heap' })], NONE)).appended, 3);
  });

  check('a range is half-open and takes windows by their start', async (store) => {
    await store.append([windowOf({ seq: 1, startMs: T0 }), windowOf({ seq: 2, startMs: T0 + 10_000 })], NONE);
    const windowsOf = async (fromMs: number, untilMs: number): Promise<number> => (await store.query(CPU, { fromMs, untilMs })).windows;
    assert.deepEqual([await windowsOf(T0, T0 + 10_000), await windowsOf(T0 + 1, T0 + 10_001), await windowsOf(T0, T0 + 10_001), await windowsOf(T0 + 10_001, T0 + 20_000)], [1, 1, 2, 0]);
    await assert.rejects(store.query(CPU, { fromMs: T0, untilMs: T0 }), { code: 'STORE_BAD_REQUEST' });
    await assert.rejects(store.query(CPU, { fromMs: Number.NaN, untilMs: T0 }), { code: 'STORE_BAD_REQUEST' });
  });

  check('selectors narrow by host, boot, thread, kind, and labels of processes and samples', async (store) => {
    await store.append([
      windowOf({ stacks: 'a 1\nb 2 {route=/x}\nc 4 {route=/y}', idleUs: 1000 }),
      windowOf({ host: 'db', boot: 'b01', stacks: 'a 8', processLabels: { service: 'db' } }),
      windowOf({ boot: 'b02', thread: 3, stacks: 'a 16' }),
      windowOf({ boot: 'b03', kind: 'heap', stacks: 'a 32' }),
    ], NONE);
    const countOf = async (selector: Selector): Promise<number | undefined> => (await store.query(selector, ALL)).tree.totalCount[0];
    assert.equal(await countOf(CPU), 31);
    assert.equal(await countOf({ kind: 'heap' }), 32);
    assert.equal(await countOf({ ...CPU, hosts: ['db'] }), 8);
    assert.equal(await countOf({ ...CPU, hosts: ['db', 'db'] }), 8);
    assert.equal(await countOf({ ...CPU, hosts: [] }), 0);
    assert.equal(await countOf({ ...CPU, boots: ['b02', 'b01'] }), 24);
    assert.equal(await countOf({ ...CPU, threads: [3] }), 16);
    assert.equal(await countOf({ ...CPU, labels: { service: ['shop'] } }), 23);
    assert.equal(await countOf({ ...CPU, labels: { route: ['/x', '/z'] } }), 2);
    assert.equal(await countOf({ ...CPU, labels: { route: ['/y'], service: ['db'] } }), 0);
    assert.equal((await store.query({ ...CPU, labels: { route: ['/x'] } }, ALL)).idle.weight, 0);
  });

  check('focus, callers and limit answer what they say and conserve it', async (store) => {
    await store.append([windowOf({ stacks: 'a;b;c 5\na;c 2\nd;c 1\na;b 4\ne 1' })], NONE);
    assert.equal(formatTree((await store.query(CPU, ALL, { focus: [frameOf('a'), frameOf('b')] })).tree), 'root 9 (self 0)\n  a 9 (self 0)\n    b 9 (self 4)\n      c 5 (self 5)');
    assert.equal(formatTree((await store.query(CPU, ALL, { callersOf: frameOf('c') })).tree), 'root 8 (self 0)\n  c 8 (self 0)\n    b 5 (self 0)\n      a 5 (self 5)\n    a 2 (self 2)\n    d 1 (self 1)');
    assert.equal(formatTree((await store.query(CPU, ALL, { calleesOf: frameOf('b') })).tree), 'root 9 (self 0)\n  b 9 (self 4)\n    c 5 (self 5)');
    const { tree } = await store.query(CPU, ALL, { limit: 4 });
    assert.equal(tree.totalCount[0], 13);
    assert.match(formatTree(tree), /cut \d/);
  });

  check('focus leaves out what the frames above the path did themselves', async (store) => {
    await store.append([windowOf({ stacks: 'a 7\na;b 3\na;b;c 2\na;d 4' })], NONE);
    assert.equal(formatTree((await store.query(CPU, ALL, { focus: [frameOf('a'), frameOf('b')] })).tree), 'root 5 (self 0)\n  a 5 (self 0)\n    b 5 (self 3)\n      c 2 (self 2)');
    assert.equal(formatTree((await store.query(CPU, ALL, { focus: [frameOf('b')] })).tree), 'root 0 (self 0)');
  });

  check('original places, sections, labels and memories outlive a restart', async (store) => {
    const window = windowOf({ stacks: 'a;b 3 {route=/x}\na 1' });
    const original = { name: 'handleOrder', url: 'src/order.ts', line: 40, column: 3 };
    const frames = window.profile.frames.map((frame, index) => (index === 1 ? { ...frame, original } : frame));
    const memory: HostMemory = { cursor: 'c', clocks: {}, ancestorSeq: 2 };
    await store.append([{ ...window, sections: { facts: { cpu: 1 } }, profile: { ...window.profile, frames } }], new Map([['web', memory]]));
    const before = await store.query(CPU, ALL);
    assert.deepEqual(before.tree.frames.find(({ name }) => name === 'b')?.original, original);
    const again = await reopen(store);
    assert.deepEqual(await again.query(CPU, ALL), before);
    assert.deepEqual([(await again.labels(ALL)).labels, await again.memory('web')], [{ route: ['/x'], service: ['shop'] }, memory]);
    assert.equal((await again.append([windowOf({ seq: 2, stacks: 'a;b 1\na;c 1' }), window], NONE)).duplicates, 1);
    assert.equal(formatTree((await again.query(CPU, ALL)).tree), 'root 6 (self 0)\n  a 6 (self 1)\n    b 3 (self 3)\n    b 1 (self 1)\n    c 1 (self 1)');
  });

  check('hits per line are told by function, of all hosts, in steps of five minutes, and never more than samples', async (store) => {
    const step = 300_000;
    const start = Math.ceil(T0 / step) * step;
    await store.append([
      windowOf({ seq: 1, startMs: start, stacks: 'a;b 5\na 2\nb 1 {route=/x}', lines: 'b:7 2\nb:9 3\na:3 2' }),
      windowOf({ host: 'db', boot: 'b01', startMs: start + step - 1, stacks: 'b 4\nc 1', lines: 'b:9 1\nb:11 1', processLabels: { service: 'db' } }),
      windowOf({ seq: 2, startMs: start + step, stacks: 'b 8', lines: 'b:7 8' }),
    ], NONE);
    const told = async (selector: Selector, fromMs: number, untilMs: number) => toldLines(await store.lines(selector, { fromMs, untilMs }, frameOf('b'))).hits;
    assert.deepEqual(await told(CPU, start + 1000, start + 2000), { b: 10, 'b:11': 1, 'b:7': 2, 'b:9': 4 });
    assert.deepEqual(await told(CPU, start + 1000, start + step + 1), { b: 18, 'b:11': 1, 'b:7': 10, 'b:9': 4 });
    assert.deepEqual(await told({ ...CPU, hosts: ['db'] }, start, start + step), { b: 4, 'b:11': 1, 'b:9': 1 });
    assert.deepEqual(await told({ ...CPU, labels: { service: ['shop'], route: ['/x'] } }, start, start + step), { b: 6, 'b:7': 2, 'b:9': 3 });
    const { covered, windows, frames, selfCount, lines } = await store.lines(CPU, { fromMs: start, untilMs: start + 1 });
    assert.deepEqual([covered, windows], [{ fromMs: start, untilMs: start + step - 1 + 10_000 }, 2]);
    assert.deepEqual(new Map(frames.map(({ name }, frame) => [name, selfCount[frame]])), new Map([['a', 2], ['b', 10], ['c', 1]]));
    assert.deepEqual([...lines.line].sort((a, b) => a - b), [3, 7, 9, 11]);
    assert.deepEqual(await store.lines(CPU, { fromMs: 0, untilMs: 1 }), { frames: [], selfCount: [], lines: { frame: [], line: [], count: [] }, windows: 0 });
    await assert.rejects(store.lines(CPU, { fromMs: T0, untilMs: T0 }), { code: 'STORE_BAD_REQUEST' });
  });

  check('lines that cannot be are refused with their window', async (store) => {
    for (const lines of ['a:3 2', 'c:3 1', 'b:0 1', 'b:99999999 1']) {
      const { refused } = await store.append([windowOf({ stacks: 'a;b 3\na 1', lines })], NONE);
      assert.equal(refused.length, 1, lines);
    }
  });

  check('timelines add up by step and by group', async (store) => {
    await store.append([windowOf({ seq: 1, stacks: 'a 3 {route=/x}\na 1', idleUs: 2000 }), windowOf({ seq: 2, startMs: T0 + 60_000, stacks: 'a 5' })], NONE);
    const range = { fromMs: T0, untilMs: T0 + 120_000 };
    const whole = await store.timeline(CPU, range, 60_000);
    assert.deepEqual(whole.series, [{ name: '', busy: [4000, 5000], idle: [2000, 0], coveredUs: [10_000_000, 10_000_000] }]);
    const routes = await store.timeline(CPU, range, 60_000, { label: 'route' });
    assert.deepEqual(new Map(routes.series.map((series) => [series.name, series.busy])), new Map([['', [1000, 5000]], ['/x', [3000, 0]]]));
    assert.deepEqual((await store.timeline(CPU, range, 60_000, 'host')).series.map((series) => series.name), ['web']);
    for (const step of [0, -1, Number.NaN, 0.001]) await assert.rejects(store.timeline(CPU, range, step), { code: 'STORE_BAD_REQUEST' });
  });

  check('timelines are told by thread and by process', async (store) => {
    await store.append([
      windowOf({ boot: 'b1', stacks: 'a 1' }),
      windowOf({ boot: 'b1', thread: 2, stacks: 'a 2', idleUs: 5000 }),
      windowOf({ boot: 'b2', stacks: 'a 4' }),
      windowOf({ boot: 'b2', seq: 2, startMs: T0 + 60_000, stacks: 'a 8' }),
    ], NONE);
    const by = async (group: GroupBy) => new Map((await store.timeline(CPU, { fromMs: T0, untilMs: T0 + 120_000 }, 60_000, group)).series.map(({ name, busy, idle, coveredUs }) => [name, [busy, idle, coveredUs]]));
    assert.deepEqual(await by('process'), new Map([['b1', [[3000, 0], [5000, 0], [20_000_000, 0]]], ['b2', [[4000, 8000], [0, 0], [10_000_000, 10_000_000]]]]));
    assert.deepEqual(new Map([...(await by('thread'))].map(([name, [busy]]) => [name, busy])), new Map([['main (b1/0)', [1000, 0]], ['worker 2 (b1/2)', [2000, 0]], ['main (b2/0)', [4000, 8000]]]));
  });

  check('what there is to choose from is what the range holds', async (store) => {
    await store.append([
      windowOf({ boot: 'b1', stacks: 'a 1 {route=/x}\na 1 {route=/y}', processLabels: { service: 'shop', version: '1' } }),
      windowOf({ boot: 'b1', thread: 4, kind: 'heap', processLabels: { service: 'shop', version: '1' } }),
      windowOf({ host: 'db', boot: 'b2', processLabels: { service: 'db' } }),
      windowOf({ host: 'later', boot: 'b3', startMs: ALL.untilMs, processLabels: { service: 'later' }, stacks: 'a 1 {tenant=t}' }),
    ], NONE);
    const { hosts, kinds, threads, labels } = await store.labels(ALL);
    assert.deepEqual([[...hosts].sort(), [...kinds].sort()], [['db', 'web'], ['cpu', 'heap']]);
    assert.deepEqual(labels, { route: ['/x', '/y'], service: ['db', 'shop'], version: ['1'] });
    assert.deepEqual([...threads].sort((a, b) => a.id - b.id || (a.boot < b.boot ? -1 : 1)), [
      { host: 'web', boot: 'b1', id: 0, name: 'main' },
      { host: 'db', boot: 'b2', id: 0, name: 'main' },
      { host: 'web', boot: 'b1', id: 4, name: 'worker 4' },
    ]);
    assert.deepEqual(await store.labels({ fromMs: 0, untilMs: 1 }), { hosts: [], kinds: [], threads: [], labels: {} });
  });

  check('what there is to choose from is listed, names as hostile as they come', async (store) => {
    const hosts = ['[::1]:80', 'a/b', 'a', 'a\0b', 'ünï', '<img src=x onerror=alert(1)>', '__proto__'];
    await store.append(hosts.map((host, index) => windowOf({ host, boot: `b${index}`, processLabels: { ['__proto__']: 'x', service: host } })), NONE);
    assert.deepEqual(new Set(await store.hosts()), new Set(hosts));
    for (const host of hosts) assert.equal((await store.query({ ...CPU, hosts: [host] }, ALL)).windows, 1);
    const { labels, threads, kinds } = await store.labels(ALL);
    assert.deepEqual(new Set(labels['service']), new Set(hosts));
    assert.deepEqual([threads.length, kinds], [hosts.length, ['cpu']]);
    assert.deepEqual(await store.extent('a'), { fromMs: T0, untilMs: T0 + 10_000 });
    assert.equal(await store.extent('nobody'), undefined);
  });

  check('what is there of a host ends with the window that ends last, not with the one that begins last', async (store) => {
    await store.append([windowOf({ boot: 'long', startMs: T0, durationMs: 30_000 }), windowOf({ boot: 'short', startMs: T0 + 10_000, durationMs: 1000 })], NONE);
    assert.deepEqual(await store.extent('web'), { fromMs: T0, untilMs: T0 + 30_000 });
  });

  check('a memory is there with the windows of its append', async (store) => {
    const memory: HostMemory = { cursor: 'abc', clocks: { b00: { offsetUs: 1, epoch: 0, seenMs: 2 } }, ancestorSeq: 7 };
    assert.equal(await store.memory('web'), undefined);
    await store.append([windowOf()], new Map([['web', memory]]));
    assert.deepEqual(await store.memory('web'), memory);
  });

  check('prune drops what is past its retention, and what is not stays whole', async (store) => {
    const day = 24 * 3_600_000;
    await store.append([windowOf({ seq: 1, stacks: 'old 1' }), windowOf({ seq: 2, startMs: T0 + 2 * day, stacks: 'new 2' })], NONE);
    assert.deepEqual(await store.prune(T0 + 2 * day), { windows: 1 });
    const { tree } = await store.query(CPU, { fromMs: T0, untilMs: T0 + 3 * day });
    assert.equal(formatTree(tree), 'root 2 (self 0)\n  new 2 (self 2)');
    assert.deepEqual(await store.append([windowOf({ seq: 2, startMs: T0 + 2 * day })], NONE), { appended: 0, duplicates: 1, refused: [] });
  });

  check('a window that nothing holds any more and that comes again is kept by the day, until the next prune', async (store) => {
    const day = 24 * 3_600_000;
    const old = [windowOf({ seq: 1, stacks: 'old 1' }), windowOf({ seq: 2, lastSeq: 4, stacks: 'old 2' })];
    await store.append(old, NONE);
    assert.deepEqual(await store.prune(T0 + 2 * day), { windows: 2 });
    assert.deepEqual([(await store.query(CPU, ALL)).windows, await store.extent('web')], [0, undefined]);
    assert.deepEqual(await store.append(old, NONE), { appended: 2, duplicates: 0, refused: [] });
    assert.deepEqual(await store.append(old, NONE), { appended: 0, duplicates: 2, refused: [] });
    const midnight = Math.floor(T0 / day) * day;
    assert.equal(formatTree((await store.query(CPU, { fromMs: midnight, untilMs: midnight + day })).tree), 'root 3 (self 0)\n  old 3 (self 3)');
    await store.prune(T0 + 2 * day);
    assert.equal((await store.query(CPU, { fromMs: midnight, untilMs: midnight + day })).windows, 0);
  });

  check('prune goes through every host, and a name that cannot be kept costs its own append alone', async (store) => {
    const day = 24 * 3_600_000;
    const old = ['web', 'a/b', '[::1]:80'].map((host, index) => windowOf({ host, boot: `b${index}` }));
    const fresh = old.map((window, index) => windowOf({ host: window.host, boot: `b${index}`, seq: 2, startMs: T0 + 2 * day, stacks: 'new 2' }));
    const memory: HostMemory = { cursor: '', clocks: {}, ancestorSeq: 0 };
    const [, bad] = await Promise.allSettled([store.append([...old, ...fresh], NONE), store.append([], new Map([['x'.repeat(2000), memory]]))]);
    assert.equal(bad.status, 'rejected');
    assert.deepEqual(await store.prune(T0 + 2 * day), { windows: 3 });
    assert.deepEqual(await store.prune(T0 + 2 * day), { windows: 0 });
    assert.equal((await store.query(CPU, { fromMs: T0, untilMs: T0 + 3 * day })).tree.totalCount[0], 6);
  });

  check('a query that began before a prune answers whole', async (store) => {
    await store.append(Array.from({ length: 3000 }, (_, index) => windowOf({ seq: index + 1, stacks: 'a 1' })), NONE);
    const [answer] = await Promise.all([store.query({ ...CPU, labels: { service: ['shop'] } }, ALL), store.prune(T0 + 48 * 3_600_000)]);
    assert.deepEqual([answer.windows, answer.tree.totalCount[0]], [3000, 3000]);
  });

  check('appends at the same time are all kept, once', async (store) => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.append([windowOf({ seq: index + 1, stacks: `a;f${index % 7} 1` })], NONE)));
    const { tree, windows } = await store.query(CPU, ALL);
    assert.deepEqual([windows, tree.totalCount[0], tree.parent.length], [50, 50, 9]);
  });

  check('a closed store says so', async (store) => {
    await store.append([windowOf()], NONE);
    await store.close();
    const calls: Readonly<Record<Exclude<keyof Store, 'close' | 'generation'>, () => Promise<unknown>>> = {
      append: () => store.append([windowOf({ seq: 2 })], NONE),
      memory: () => store.memory('web'),
      query: () => store.query(CPU, ALL),
      lines: () => store.lines(CPU, ALL),
      timeline: () => store.timeline(CPU, ALL, 60_000),
      labels: () => store.labels(ALL),
      extent: () => store.extent('web'),
      hosts: () => store.hosts(),
      prune: () => store.prune(T0),
      rollUp: () => store.rollUp(T0),
      numbers: () => store.numbers(CPU, ALL, 60_000),
      pins: () => store.pins(),
      pin: () => store.pin(ALL, ''),
      unpin: () => store.unpin('x'),
    };
    for (const [method, call] of Object.entries(calls)) await assert.rejects(call(), { code: 'STORE_CLOSED' }, method);
    await store.close();
  });

  randomContract({ name, open, reopen });
  tierContract({ name, open, reopen });
}
