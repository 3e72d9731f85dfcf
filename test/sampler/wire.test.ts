// The wire: what is written is read back, and whatever else arrives is told, not believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readWire, WIRE_VERSION, WireError } from 'liveprofiler-sampler/wire';
import { advance, parseCursor, seenOf } from '#sampler/cursor.js';
import type { Seen } from '#sampler/cursor.js';

function sound(): Record<string, unknown> {
  return {
    liveprofiler: 1, wallMs: 2, monotonicUs: 3, cursor: 'c', more: false,
    processes: [{
      boot: 'ab', labels: { ['__proto__']: 'kept', service: 'shop' }, nodeVersion: 'v20', state: 'running', intervalUs: 10_000, windowMs: 10_000,
      cost: { firstStartUs: 1, longestPauseUs: 1, totalPauseUs: 1, slices: 1, bytesHeld: 1, windowsMerged: 0, windowsDropped: { read: 0, unread: 0 }, lost: { count: 0, weight: 0 }, recoveries: {} },
      kinds: { cpu: { unit: 'microseconds', over: 'sum' } }, threads: [{ id: 0, name: 'main' }],
      frames: [{ name: 'f', url: 'file:///f.js', line: 1, column: 2 }], stacks: { parent: [0, 0], frame: [0, 0] }, labelSets: [{}],
      windows: [{ thread: 0, kind: 'cpu', firstSeq: 1, lastSeq: 1, startUs: 0, endUs: 10, idle: { count: 0, weight: 0 }, dropped: { count: 0, weight: 0 }, processCpuUs: 1, rows: { stack: [1], labels: [0], count: [1], weight: [10] }, sections: { later: [1, { x: 2 }] } }],
    }],
  };
}

const upTo = (seq: number): Seen => ({ seq, holes: [] });

test('a sound answer is read, unknown sections and odd label names kept', () => {
  const [process] = readWire(sound()).processes;
  assert.deepEqual(process?.windows[0]?.sections, { later: [1, { x: 2 }] });
  assert.deepEqual(Object.keys(process.labels), ['__proto__', 'service']);
});

test('a newer version is refused with both numbers', () => {
  assert.throws(() => readWire({ ...sound(), liveprofiler: WIRE_VERSION + 6 }), (error: WireError) => {
    assert.equal(error.code, 'WIRE_VERSION');
    assert.match(error.message, new RegExp(`version ${WIRE_VERSION + 6}.* ${WIRE_VERSION}:`));
    return true;
  });
});

test('a window of the future is refused: nothing would ever roll it up or drop it', () => {
  const ending = (endUs: number) => replaced(sound(), ['processes', 0, 'windows', 0, 'endUs'], endUs);
  assert.equal(readWire(ending(60_000_000)).processes[0]?.windows[0]?.endUs, 60_000_000);
  assert.throws(() => readWire(ending(60_000_004)), /endUs.* is 60000004, after the time of the answer/);
});

test('an answer with anything in it changed is read or refused by WireError, nothing else', () => {
  const paths: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    paths.push(path);
    if (Array.isArray(value)) value.forEach((item, index) => { walk(item, [...path, index]); });
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(sound(), []);
  const junk = fc.oneof(fc.constantFrom<unknown>(Number.NaN, -1, 1.5, 2 ** 53, 1e300, null, undefined, '', 'x'.repeat(5000), [], {}, [[]], true), fc.jsonValue());
  fc.assert(fc.property(fc.constantFrom(...paths), junk, (path, value) => {
    const answer: unknown = path.length === 0 ? value : replaced(sound(), path, value);
    try {
      readWire(answer);
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
    }
  }), { numRuns: 2000 });
});

function replaced(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(root) ? [...(root as unknown[])] : { ...(root as object) }) as Record<string | number, unknown>;
  Object.defineProperty(copy, key, { value: replaced(copy[key], rest, value), enumerable: true, configurable: true, writable: true });
  return copy;
}

test('indices that point nowhere are refused', () => {
  for (const [part, value] of [['stack', [2]], ['labels', [1]], ['count', [-1]], ['weight', []]] as const) {
    const answer = replaced(sound(), ['processes', 0, 'windows', 0, 'rows', part], value);
    assert.throws(() => readWire(answer), (error: WireError) => error.message.includes(`rows.${part}`));
  }
});

test('a cursor comes back as it went, keeps boots not at hand for a day, and never outgrows its bound', () => {
  const hour = 3_600_000;
  const first = advance(parseCursor('') ?? new Map(), [['aa', upTo(5)]], 0);
  const second = advance(parseCursor(first) ?? new Map(), [['bb', upTo(9)]], 23 * hour);
  const both = parseCursor(second);
  assert.ok(both !== undefined);
  assert.deepEqual([seenOf(both, 'aa').seq, seenOf(both, 'bb').seq, seenOf(both, 'cc').seq], [5, 9, 0]);
  const later = parseCursor(advance(both, [['bb', upTo(10)]], 25 * hour));
  assert.deepEqual([...(later ?? new Map<string, never>()).keys()], ['bb']);

  const holes = [[1, 4], [7, 7]] as const;
  const after = parseCursor(advance(both, [['aa', { seq: 9, holes }]], 23 * hour)) ?? new Map<string, never>();
  assert.deepEqual([seenOf(after, 'aa').holes, seenOf(after, 'bb').holes], [holes, []]);

  let text = '';
  for (let boot = 0; boot < 1000; boot++) text = advance(parseCursor(text) ?? new Map(), [[boot.toString(16).padStart(12, '0'), upTo(boot)]], boot * 1000);
  assert.ok(text.length <= 4096);
  assert.deepEqual(seenOf(parseCursor(text) ?? new Map(), (999).toString(16).padStart(12, '0')), { seq: 999, holes: [], minute: 16 });
});

test('no text makes the cursor reader throw', () => {
  fc.assert(fc.property(fc.string({ maxLength: 6000 }), (text) => {
    parseCursor(text);
  }));
  for (const text of ['!', 'AAAA', 'x'.repeat(4097)]) assert.equal(parseCursor(text), undefined);
});
