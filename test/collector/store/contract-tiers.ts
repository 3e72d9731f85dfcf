// Coarse records answer as the windows under them would: to the unit, whatever was rolled up, dropped or came late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { NumberSummary } from 'liveprofiler-sampler/wire';
import type { GroupBy, NumberWindow, QueryAnswer, Range, Retention, Selector, StackWindow, Store, Window } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { windowOf } from '../../windows.ts';
import type { Engine } from './contract-suite.ts';
import { naiveLines, toldLines, withLines } from './lines.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** A midnight, UTC. */
const T0 = Date.UTC(2026, 4, 4);
const KEEP_ALL: Retention = { rawMs: 400 * DAY_MS, minutesMs: 400 * DAY_MS, hoursMs: 400 * DAY_MS, daysMs: 400 * DAY_MS };

/** Paths with what they sum up to, whatever the order of nodes. */
function pathsOf({ tree, ...rest }: QueryAnswer): unknown {
  const paths = [''];
  const sums = new Map<string, readonly number[]>();
  for (let node = 1; node < tree.parent.length; node++) {
    const path = `${paths[tree.parent[node] ?? 0]};${tree.frames[tree.frame[node] ?? 0]?.name}`;
    paths.push(path);
    sums.set(path, [tree.totalCount[node] ?? 0, tree.totalWeight[node] ?? 0, tree.selfCount[node] ?? 0, tree.selfWeight[node] ?? 0]);
  }
  return { ...rest, root: [tree.totalCount[0], tree.totalWeight[0]], sums: [...sums].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function byName<T extends { readonly name: string }>(series: readonly T[]): readonly T[] {
  return [...series].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const MINUTES = 3 * 24 * 60;
const shape = fc.record({
  // Often in the same few buckets, so that they meet there.
  minute: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1, 2, 7, 61, 62, 300, 1500, 1501, 1600) }, { weight: 1, arbitrary: fc.nat(MINUTES) }),
  late: fc.boolean(),
  second: fc.nat(59),
  host: fc.constantFrom('web', 'db'),
  boot: fc.constantFrom('b1', 'b2'),
  thread: fc.nat(1),
  version: fc.constantFrom('1', '2'),
  epoch: fc.nat(1),
  kind: fc.constantFrom('cpu', 'cpu', 'held', 'cost'),
  stacks: fc.array(fc.tuple(fc.constantFrom('a', 'a;b', 'a;b;c', 'd', 'd;a'), fc.integer({ min: 1, max: 9 }), fc.constantFrom('', '', ' {route=/x}', ' {route=/y}')), { minLength: 1, maxLength: 4 }),
  level: fc.integer({ min: 1, max: 2 ** 44 }),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;
const shapes = fc.array(shape, { minLength: 5, maxLength: 40, size: 'max' });

function windowsFrom(parts: readonly Shape[]): { readonly windows: readonly Window[]; readonly early: readonly Window[]; readonly late: readonly Window[] } {
  const windows = parts.map(windowFrom);
  const chosen = (late: boolean): Window[] => windows.filter((_, index) => parts[index]?.late === late);
  return { windows, early: chosen(false), late: chosen(true) };
}

function windowFrom({ minute, second, host, boot, thread, version, epoch, kind, stacks, level }: Shape, index: number): Window {
  const lines = new Map(stacks.map(([path, count, label]) => [`${path}${label}`, `${path} ${count}${label}`]));
  const window = windowOf({
    host, boot: `${host}-${boot}`, thread, kind, seq: index + 1,
    startMs: T0 + minute * MINUTE_MS + second * 1000,
    durationMs: 1000 + (level % 9000),
    processLabels: { service: 'shop', version },
    stacks: [...lines.values()].join('\n'),
    idleUs: kind === 'cpu' ? 1000 * (level % 5) : 0,
  });
  if (kind === 'cost') return numberWindow(window, level);
  // Some windows have none, as those of other samplers.
  if (kind !== 'held') return level % 7 === 0 ? { ...window, epoch } : withLines({ ...window, epoch }, level % 50);
  const { profile } = window;
  return { ...window, epoch, over: 'average', profile: { ...profile, rows: { ...profile.rows, weight: profile.rows.count.map((count) => count * level) } } };
}

function numberWindow({ host, boot, thread, kind, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch }: StackWindow, value: number): NumberWindow {
  const whole = value % 100_000;
  return { host, boot, thread, kind, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers: { pauseUs: { min: whole % 7, max: whole, sum: whole + 3, count: 2, last: whole % 11 } } };
}

const range: fc.Arbitrary<Range> = fc.tuple(fc.integer({ min: -60, max: MINUTES + 60 }), fc.integer({ min: 1, max: MINUTES }), fc.nat(59)).map(([from, length, second]) => ({
  fromMs: T0 + from * MINUTE_MS + second * 1000,
  untilMs: T0 + (from + length) * MINUTE_MS + second * 1000,
}));
const selector: fc.Arbitrary<Selector> = fc.record(
  {
    kind: fc.constantFrom('cpu', 'held', 'cost'),
    hosts: fc.constantFrom(['web'], ['web', 'db']),
    boots: fc.constantFrom(['web-b1'], ['web-b1', 'db-b2']),
    threads: fc.constantFrom([0], [1]),
    labels: fc.constantFrom<NonNullable<Selector['labels']>>({ route: ['/x'] }, { version: ['1'] }, { version: ['2'], route: ['/x', '/y'] }, { service: ['other'] }),
  },
  { requiredKeys: ['kind'] },
);

export function tierContract({ name, open }: Engine): void {
  const withStore = async <T>(t: TestContext, retention: Retention, work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await open(t, retention);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  /** One store that never rolls up, and one that does: both are asked the same. */
  const inBoth = (t: TestContext, work: (plain: Store, rolled: Store) => Promise<void>): Promise<void> => withStore(t, KEEP_ALL, (plain) => withStore(t, KEEP_ALL, (rolled) => work(plain, rolled)));

  test(`${name}: any range and selector is answered the same with and without roll-ups, also when windows come late`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(fc.tuple(selector, range, fc.constantFrom<GroupBy | undefined>(undefined, 'host', 'thread', 'process', { label: 'version' }, { label: 'route' })), { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 0, max: MINUTES + 2000 }),
        async (parts, questions, nowMinute) => {
          const { windows, early, late } = windowsFrom(parts);
          await inBoth(t, async (plain, rolled) => {
            await plain.append(windows, new Map());
            await rolled.append(early, new Map());
            await rolled.rollUp(T0 + nowMinute * MINUTE_MS);
            await rolled.append(late, new Map());
            for (const turn of [0, 1]) {
              for (const [of, over, by] of questions) {
                assert.deepEqual(pathsOf(await rolled.query(of, over)), pathsOf(await plain.query(of, over)));
                const lines = naiveLines(windows.filter((window): window is StackWindow => !('numbers' in window)), of, over);
                assert.deepEqual([toldLines(await rolled.lines(of, over)), toldLines(await plain.lines(of, over))], [lines, lines]);
                for (const stepMs of [17 * MINUTE_MS, 6 * HOUR_MS, DAY_MS]) {
                  assert.deepEqual(byName((await rolled.timeline(of, over, stepMs, by)).series), byName((await plain.timeline(of, over, stepMs, by)).series));
                  assert.deepEqual(byName((await rolled.numbers(of, over, stepMs, by)).series), byName((await plain.numbers(of, over, stepMs, by)).series));
                }
                const [a, b] = [await rolled.labels(over), await plain.labels(over)];
                assert.deepEqual([new Set(a.hosts), new Set(a.kinds), a.labels, new Set(a.threads.map((one) => JSON.stringify(one)))], [new Set(b.hosts), new Set(b.kinds), b.labels, new Set(b.threads.map((one) => JSON.stringify(one)))]);
              }
              for (const host of ['web', 'db']) assert.deepEqual(await rolled.extent(host), await plain.extent(host));
              if (turn === 0) await rolled.rollUp(T0 + 10 * DAY_MS);
            }
          });
        },
      ),
      { numRuns: effort(12, 300) },
    );
  });

  test(`${name}: what is dropped lives on in what is coarser: whole days stay the same, and nothing is counted twice`, async (t) => {
    const retention: Retention = { rawMs: HOUR_MS, minutesMs: 6 * HOUR_MS, hoursMs: DAY_MS, daysMs: 400 * DAY_MS };
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.integer({ min: 0, max: 5 * 24 }), { minLength: 1, maxLength: 4 }), selector, async (parts, hours, of) => {
        const { windows, early, late } = windowsFrom(parts);
        await withStore(t, KEEP_ALL, (plain) =>
          withStore(t, retention, async (pruned) => {
            await plain.append(windows, new Map());
            await pruned.append(early, new Map());
            for (const hour of hours.sort((a, b) => a - b)) await pruned.prune(T0 + hour * HOUR_MS);
            await pruned.append(late, new Map());
            const check = async (): Promise<void> => {
              for (const day of [-1, 0, 1, 2, 3]) {
                const over = { fromMs: T0 + day * DAY_MS, untilMs: T0 + (day + 1) * DAY_MS };
                assert.deepEqual(pathsOf(await pruned.query(of, over)), pathsOf(await plain.query(of, over)));
                assert.deepEqual(toldLines(await pruned.lines(of, over)), toldLines(await plain.lines(of, over)));
                assert.deepEqual(byName((await pruned.timeline(of, over, DAY_MS)).series), byName((await plain.timeline(of, over, DAY_MS)).series));
              }
              // However the time is cut, its parts add up to the whole.
              const whole = await pruned.query(of, { fromMs: T0 - DAY_MS, untilMs: T0 + 5 * DAY_MS });
              const cuts = [T0 - DAY_MS, T0 + 1234 * 1000, T0 + 77 * MINUTE_MS + 5, T0 + 30 * HOUR_MS + 61_000, T0 + 5 * DAY_MS];
              const parts = await Promise.all(cuts.slice(1).map((untilMs, index) => pruned.query(of, { fromMs: cuts[index] ?? 0, untilMs })));
              assert.equal(parts.reduce((sum, part) => sum + (part.tree.totalCount[0] ?? 0), 0), whole.tree.totalCount[0]);
              assert.equal(parts.reduce((sum, part) => sum + part.windows, 0), whole.windows);
            };
            await check();
            await pruned.prune(T0 + 5 * 24 * HOUR_MS);
            await check();
            // What comes again is known, though its window is gone.
            const again = await pruned.append(windows, new Map());
            assert.deepEqual([again.appended, again.refused, again.duplicates], [0, [], windows.length]);
            await pruned.prune(T0 + 5 * 24 * HOUR_MS);
            await check();
          }),
        );
      }),
      { numRuns: effort(12, 200) },
    );
  });

  test(`${name}: a pin keeps a range in full, and what is unpinned goes with the next turn`, async (t) => {
    const retention: Retention = { rawMs: HOUR_MS, minutesMs: HOUR_MS, hoursMs: HOUR_MS, daysMs: HOUR_MS };
    await withStore(t, retention, async (store) => {
      await store.append([0, 1, 2].map((day) => windowOf({ seq: day + 1, startMs: T0 + day * DAY_MS + 90_000, stacks: `day${day} 1` })), new Map());
      const pin = await store.pin({ fromMs: T0 + DAY_MS, untilMs: T0 + DAY_MS + HOUR_MS }, 'the outage');
      assert.deepEqual(await store.pins(), [pin]);
      const left = async (fromMs: number, untilMs: number): Promise<number> => (await store.query({ kind: 'cpu' }, { fromMs, untilMs })).windows;
      await store.prune(T0 + 30 * DAY_MS);
      assert.equal(await left(T0, T0 + 3 * DAY_MS), 1);
      assert.equal(await left(T0 + DAY_MS + 89_000, T0 + DAY_MS + 91_000), 1, 'by the second');
      assert.equal(await store.unpin(pin.id), true);
      assert.equal(await store.unpin(pin.id), false);
      await store.prune(T0 + 30 * DAY_MS);
      assert.equal(await left(T0, T0 + 3 * DAY_MS), 0);
    });
  });

  test(`${name}: levels are averaged, named numbers merged and choices listed by host, before roll-ups, after them and when a window came late`, async (t) => {
    await withStore(t, KEEP_ALL, async (store) => {
      const held = (seq: number, level: number): StackWindow => {
        const window = windowOf({ kind: 'held', seq, startMs: T0 + seq * 10_000, stacks: 'a 1' });
        return { ...window, over: 'average', profile: { ...window.profile, rows: { ...window.profile.rows, weight: [level] } } };
      };
      const cost = (seq: number, value: number): NumberWindow => numberWindow(windowOf({ kind: 'cost', seq, startMs: T0 + seq * 10_000 }), value);
      const over = { fromMs: T0, untilMs: T0 + DAY_MS };
      const told = async (): Promise<unknown> => {
        const { tree } = await store.query({ kind: 'held' }, over);
        const { series } = await store.numbers({ kind: 'cost' }, over, DAY_MS);
        const { hosts, labels, threads } = await store.labels(over, ['db']);
        return { level: tree.totalWeight[0], numbers: series[0]?.numbers['pauseUs'], hosts, labels, threads: threads.length };
      };
      await store.append([held(1, 100), held(2, 300), cost(1, 5), cost(2, 9), windowOf({ host: 'db', boot: 'd', startMs: T0, processLabels: { service: 'db' } })], new Map());
      const db = { hosts: ['db'], labels: { service: ['db'] }, threads: 1 };
      const early = { level: 200, numbers: { min: [2], max: [9], sum: [20], count: [4], last: [9] }, ...db };
      assert.deepEqual(await told(), early);
      assert.deepEqual(await store.rollUp(T0 + 10 * DAY_MS), { rollups: 9 });
      assert.deepEqual(await told(), early);
      await store.append([held(3, 500), cost(3, 4)], new Map());
      const late = { level: 300, numbers: { min: [2], max: [9], sum: [27], count: [6], last: [4] }, ...db };
      assert.deepEqual(await told(), late);
      assert.deepEqual(await store.rollUp(T0 + 10 * DAY_MS), { rollups: 6 });
      assert.deepEqual(await told(), late);
    });
  });

  test(`${name}: named numbers are told window by window as they were observed, also of sealed windows and when one came late`, async (t) => {
    await withStore(t, KEEP_ALL, async (store) => {
      const still = (value: number): NumberSummary => ({ min: value, max: value, sum: value, count: 1, last: value });
      const observed = (seq: number, thread: number): NumberWindow => {
        const [bytes, often] = [1e9 + 4096 * ((seq * 37) % 50), (seq % 3) + 1];
        const numbers = { rssBytes: { min: bytes, max: bytes + 8192, sum: bytes * often + 4096, count: often, last: bytes + 4096 }, share: still(1 / (seq + 2)), uptimeS: still(seq * 10 + 0.000_000_123), heapLimitBytes: still(2 ** 32), ...(seq % 4 === 0 && { [`gc ${thread}`]: still(-seq) }) };
        return { ...numberWindow(windowOf({ kind: 'facts', thread, seq, startMs: T0 + seq * 10_000 }), 0), numbers };
      };
      const over = { fromMs: T0, untilMs: T0 + 620_000 };
      const told = async (): Promise<unknown> => (await store.numbers({ kind: 'facts' }, over, 10_000, 'thread')).series.map(({ name: of, numbers }) => ({ of, steps: Array.from({ length: 62 }, (_, step) => Object.entries(numbers).map(([named, columns]) => [named, columns.min[step], columns.max[step], columns.sum[step], columns.count[step], columns.last[step]]).sort()) })).sort((a, b) => (a.of < b.of ? -1 : 1));
      const windows = Array.from({ length: 60 }, (_, seq) => [0, 1].map((thread) => observed(seq, thread))).flat();
      const late = windows.splice(31, 1);
      for (const some of [windows, late]) {
        await store.append(some, new Map());
        const before = await told();
        await store.rollUp(T0 + 10 * DAY_MS);
        assert.deepEqual(await told(), before);
      }
      assert.deepEqual(await store.append([...windows, ...late], new Map()), { appended: 0, duplicates: 120, refused: [] });
    });
  });

  test(`${name}: windows that are alone in their five minutes are each told as they were, also when several are read together`, async (t) => {
    const alone = (boot: Shape['boot'], thread: number, level: number): Shape => ({ minute: 60 + thread, late: false, second: 0, host: 'web', boot, thread, version: '1', epoch: 0, kind: 'held', stacks: [['a', 1, '']], level });
    const { windows } = windowsFrom([alone('b1', 0, 1), alone('b1', 1, 9300), alone('b2', 2, 77)]);
    await withStore(t, KEEP_ALL, async (store) => {
      await store.append(windows, new Map());
      await store.rollUp(T0 + DAY_MS);
      const levels = [];
      for (const minute of [60, 61, 62]) levels.push((await store.query({ kind: 'held' }, { fromMs: T0 + minute * MINUTE_MS, untilMs: T0 + (minute + 1) * MINUTE_MS })).tree.totalWeight[0]);
      assert.deepEqual(levels, [1, 9300, 77]);
    });
  });

  test(`${name}: what is pinned while a prune runs is kept by it`, async (t) => {
    const retention: Retention = { rawMs: HOUR_MS, minutesMs: HOUR_MS, hoursMs: HOUR_MS, daysMs: HOUR_MS };
    await withStore(t, retention, async (store) => {
      const hosts = 200;
      await store.append(Array.from({ length: hosts }, (_, host) => windowOf({ host: `h${host}`, boot: `b${host}`, startMs: T0 + 90_000 })), new Map());
      await store.rollUp(T0 + DAY_MS);
      const bySecond = async (): Promise<number> => (await store.query({ kind: 'cpu' }, { fromMs: T0 + 89_000, untilMs: T0 + 91_000 })).windows;
      const pruned = store.prune(T0 + 30 * DAY_MS);
      while ((await bySecond()) === hosts);
      await store.pin({ fromMs: T0, untilMs: T0 + HOUR_MS }, 'what is left');
      const left = await bySecond();
      await pruned;
      assert.ok(left > 0, 'it was over before it was pinned');
      assert.equal(await bySecond(), left);
    });
  });
}
