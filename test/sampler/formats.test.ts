// What people and the ancestors' collectors read: exact sums, and made without holding the service up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ancestorJson } from '#sampler/formats/ancestor-json.js';
import { cpuprofile } from '#sampler/formats/cpuprofile.js';
import { folded } from '#sampler/formats/folded.js';
import { inTurns } from '#sampler/pieces.js';
import type { FinishedWindow } from '#sampler/window.js';
import { bytesOf } from '#sampler/window.js';
import { WindowBuilder } from '#sampler/window-builder.js';

interface Seen {
  readonly path: string;
  readonly count: number;
  readonly weight: number;
}

const frames = new Map<string, { name: string; url: string; line: number; column: number }>();

function frameOf(name: string) {
  const known = frames.get(name) ?? { name, url: name === '' ? '' : 'file:///app.js', line: 7, column: 3 };
  frames.set(name, known);
  return known;
}

function windowOf(seen: readonly Seen[], idle: { count: number; weight: number }, seq = 1): FinishedWindow {
  const builder = new WindowBuilder();
  for (const { path, count, weight } of seen) builder.add(path.split('>').reduce((stack, name) => builder.stack(stack, frameOf(name)), 0), count, weight);
  builder.addIdle(idle.count, idle.weight);
  const lengthUs = seen.reduce((sum, { weight }) => sum + weight, idle.weight);
  return { thread: 0, threadName: 'main', kind: 'cpu', firstSeq: seq, lastSeq: seq, startUs: seq * 1e7, endUs: seq * 1e7 + lengthUs, startWallMs: 0, processCpuUs: 0, body: builder.body() };
}

const text = (pieces: Iterable<string>): string => [...pieces].join('');

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly lineNumber: number }; readonly hitCount: number; readonly children: readonly number[] }[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

test('folded text, the ancestors’ JSON and .cpuprofile of two windows', () => {
  const windows = [
    windowOf([{ path: 'a>b', count: 3, weight: 30 }, { path: 'a', count: 1, weight: 10 }, { path: 'late', count: 0, weight: 5 }], { count: 2, weight: 20 }),
    windowOf([{ path: 'c;d', count: 9, weight: 90 }, { path: 'a>b', count: 2, weight: 20 }, { path: '', count: 1, weight: 1 }], { count: 1, weight: 10 }, 2),
  ];
  assert.equal(text(folded(windows)), 'c%3Bd(file:///app.js:7) 9\na(file:///app.js:7);b(file:///app.js:7) 5\n(anonymous) 1\na(file:///app.js:7) 1\n(idle) 3\n');
  assert.equal(
    text(ancestorJson(windows, 10_000)),
    '{"elapsed":0.000186,"granularity":0.01,"stacks":[{"frame":"c%3Bd(file:///app.js:7)","count":9},{"frame":"a(file:///app.js:7);b(file:///app.js:7)","count":5},{"frame":"(anonymous)","count":1},{"frame":"a(file:///app.js:7)","count":1}]}',
  );
  const profile = JSON.parse(text(cpuprofile(windows))) as Profile;
  const named = new Map(profile.nodes.map((node) => [node.id, node]));
  assert.deepEqual(profile.samples.map((id) => named.get(id)?.callFrame.functionName), ['c;d', 'b', '', 'a', 'late', '(idle)']);
  assert.deepEqual(profile.timeDeltas, [0, 90, 50, 1, 10, 5]);
  assert.deepEqual([profile.startTime, profile.endTime], [1e7, 1e7 + 186]);
  assert.deepEqual(profile.nodes[0]?.children.map((id) => named.get(id)?.callFrame.functionName), ['c;d', 'a', '', 'late', '(idle)']);
  assert.equal(named.get(profile.samples[1] ?? 0)?.callFrame.lineNumber, 6);
});

test('without windows there is nothing, in the form of each', () => {
  assert.equal(text(folded([])), '');
  assert.equal(text(ancestorJson([], 10_000)), '{"elapsed":0,"granularity":0.01,"stacks":[]}');
  assert.deepEqual((JSON.parse(text(cpuprofile([]))) as Profile).nodes.map(({ id }) => id), [1]);
});

test('counts and time are conserved whatever the stacks', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'c', '', 'x;y'), { minLength: 1, maxLength: 6 }).map((names) => names.join('>'));
  const seen = fc.array(fc.record({ path, count: fc.nat(50), weight: fc.nat(1000) }), { maxLength: 20 });
  fc.assert(fc.property(fc.array(fc.tuple(seen, fc.nat(9)), { maxLength: 5 }), (parts) => {
    const windows = parts.map(([rows, idle], at) => windowOf(rows, { count: idle, weight: idle * 100 }, at + 1));
    const count = parts.flatMap(([rows]) => rows).reduce((sum, one) => sum + one.count, 0);
    const idle = parts.reduce((sum, [, one]) => sum + one, 0);
    const lines = text(folded(windows)).split('\n').filter((line) => line !== '');
    assert.equal(lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0), count + idle);
    const profile = JSON.parse(text(cpuprofile(windows))) as Profile;
    assert.equal(profile.endTime - profile.startTime, windows.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0));
    const once = profile.nodes.flatMap(({ children }) => children);
    assert.deepEqual([...once].sort((a, b) => a - b), profile.nodes.slice(1).map(({ id }) => id).sort((a, b) => a - b));
  }));
});

/** As large as the sampler lets all windows be, no two stacks the same. */
function fullShelf(): FinishedWindow[] {
  const windows: FinishedWindow[] = [];
  let bytes = 0;
  for (let seq = 1; bytes < 8 * 1024 * 1024; seq++) {
    const seen = Array.from({ length: 200 }, (_, i) => ({ path: Array.from({ length: 20 }, (_, depth) => `f${depth}-${(i * 7919 + seq * 104_729) % (depth === 19 ? 40_000 : 50 + depth)}`).join('>'), count: 1 + (i % 9), weight: 10_000 }));
    const window = windowOf(seen, { count: 1, weight: 10_000 }, seq);
    bytes += bytesOf(window);
    windows.push(window);
  }
  return windows;
}

test('a full shelf is told in many short turns, within a bound on its size, and to the sample', async () => {
  const windows = fullShelf();
  const count = windows.reduce((sum, { body }) => sum + body.count.reduce((a, b) => a + b, body.idle.count), 0);
  for (const [name, pieces] of Object.entries({ folded: folded(windows), ancestor: ancestorJson(windows, 10_000), cpuprofile: cpuprofile(windows) })) {
    let [turns, longestMs, lastMs, running] = [0, 0, performance.now(), true];
    const startCpu = process.cpuUsage();
    const others = (async () => {
      while (running) {
        await new Promise((resolve) => setImmediate(resolve));
        longestMs = Math.max(longestMs, performance.now() - lastMs);
        lastMs = performance.now();
        turns++;
      }
    })();
    const body = await inTurns(pieces);
    const { user, system } = process.cpuUsage(startCpu);
    const workMs = (user + system) / 1000;
    running = false;
    await others;
    // Of its own work: neighbours that take the processor lengthen a turn, not the work in it.
    assert.ok(workMs / turns < 20, `${name} took ${workMs} ms of work in ${turns} turns, the longest ${longestMs} ms`);
    assert.ok(body.length < 64 * 1024 * 1024, `${name}: ${body.length} bytes`);
    const told = body.toString();
    if (name === 'cpuprofile') assert.equal((JSON.parse(told) as Profile).nodes.reduce((sum, { hitCount }) => sum + hitCount, 0), count);
    if (name === 'folded') assert.equal(told.split('\n').reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0), count);
  }
});
