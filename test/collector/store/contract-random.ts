// Whatever is asked of whatever is kept: the answer is that of a naive merge of all rows, to the unit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QueryOptions, Range, Selector, StackWindow } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { frameOf, windowOf } from '../../windows.ts';
import type { Engine } from './contract-suite.ts';
import { naiveLines, toldLines, withLines } from './lines.ts';
import { naiveQuery, pathsOf } from './naive.ts';
import type { Paths } from './naive.ts';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;

const oneOf = fc.constantFrom;
const path = fc.array(oneOf('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 5 });
const row = fc.record({ path, count: fc.integer({ min: 1, max: 9 }), route: oneOf('/x', '/y', undefined) });
const spec = fc.record({
  rows: fc.uniqueArray(row, { maxLength: 8, selector: (of) => `${of.path.join(';')} ${of.route}` }),
  minute: fc.nat(99),
  host: oneOf('web', 'db'),
  boot: oneOf('b0', 'b1'),
  thread: oneOf(0, 3),
  kind: oneOf('cpu', 'cpu', 'cpu', 'cpu', 'heap'),
  service: oneOf('shop', 'mail'),
  idle: fc.nat(5),
});
type Spec = typeof spec extends fc.Arbitrary<infer T> ? T : never;

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.oneof(fc.constant(undefined), value);
const some = <T>(...values: T[]): fc.Arbitrary<T[] | undefined> => maybe(fc.oneof({ weight: 9, arbitrary: fc.subarray(values, { minLength: 1 }) }, { weight: 1, arbitrary: fc.constant<T[]>([]) }));
const question = fc.record({
  hosts: some('web', 'db', 'nobody'),
  boots: some('b0', 'b1'),
  threads: some(0, 3),
  service: some('shop', 'mail'),
  route: some('/x', '/y', '/z'),
  from: fc.nat(50),
  minutes: fc.integer({ min: 1, max: 100 }),
  focus: maybe(fc.array(oneOf('a', 'b', 'c'), { maxLength: 2 })),
  around: maybe(fc.tuple(oneOf('callersOf', 'calleesOf'), oneOf('a', 'd'))),
  limit: maybe(fc.integer({ min: 1, max: 30 })),
});
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

export function randomContract({ name, open }: Engine): void {
  test(`${name}: a query equals the naive merge of all rows, whatever is selected`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { maxLength: 20 }), fc.array(question, { minLength: 8, maxLength: 8 }), async (specs, questions) => {
        const store = await open(t);
        const windows = specs.map(windowFrom);
        await store.append(windows.slice(0, 10), new Map());
        await store.append(windows.slice(10), new Map());
        for (const asked of questions) {
          const [selector, range, options] = ask(asked);
          const { tree, ...rest } = await store.query(selector, range, options);
          const { paths, ...expected } = naiveQuery(windows, selector, range, options);
          assert.deepEqual(rest, expected);
          const found = pathsOf(tree);
          if (options.limit === undefined) assert.deepEqual(found, paths);
          else checkLimited(found, paths);
          assert.deepEqual(toldLines(await store.lines(selector, range)), naiveLines(windows, selector, range));
        }
        await store.close();
      }),
      { numRuns: effort(40, 400) },
    );
  });
}

/** Nodes that are there say what they would say without the limit; the rest is in a part of its own. */
function checkLimited(found: Paths, paths: Paths): void {
  const children = new Map<string, number>();
  for (const [name, sums] of found) {
    const above = name.slice(0, Math.max(0, name.lastIndexOf(';')));
    if (name !== '') children.set(above, (children.get(above) ?? 0) + sums.totalWeight);
    if (!/(?:^|;)cut$/.test(name)) assert.deepEqual(sums, paths.get(name));
  }
  for (const [name, { selfWeight, totalWeight }] of found) assert.equal(totalWeight, selfWeight + (children.get(name) ?? 0), name);
}

function windowFrom({ rows, minute, host, boot, thread, kind, service, idle }: Spec, index: number): StackWindow {
  const stacks = rows.map((of) => `${of.path.join(';')} ${of.count}${of.route === undefined ? '' : ` {route=${of.route}}`}`).join('\n');
  const window = windowOf({ host, boot: `${host}-${boot}`, thread, kind, seq: index + 1, startMs: T0 + minute * MINUTE, stacks, processLabels: { service }, idleUs: idle * 1000 });
  return withLines({ ...window, dropped: { count: idle % 2, weight: (idle % 2) * 1000 } }, index + idle);
}

function ask({ hosts, boots, threads, service, route, from, minutes, focus, around, limit }: Question): [Selector, Range, QueryOptions] {
  const labels = { ...(service && { service }), ...(route && { route }) };
  const selector: Selector = {
    kind: 'cpu',
    ...(hosts && { hosts }),
    ...(boots && { boots: boots.flatMap((boot) => [`web-${boot}`, `db-${boot}`]) }),
    ...(threads && { threads }),
    ...((service ?? route) && { labels }),
  };
  return [selector, { fromMs: T0 + from * MINUTE, untilMs: T0 + (from + minutes) * MINUTE }, { ...(focus && { focus: focus.map(frameOf) }), ...(around && { [around[0]]: frameOf(around[1]) }), ...(limit !== undefined && { limit }) }];
}
