// What is taken away holds what the page showed, opens where it is meant to, and obeys no name that it carries.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Profile } from 'pprof-format';
import type { ErrorAnswer } from '../../visualizer/api.ts';
import { cpuprofile } from '../../visualizer/export/cpuprofile.ts';
import { folded } from '../../visualizer/export/folded.ts';
import { pprof } from '../../visualizer/export/pprof.ts';
import { speedscope } from '../../visualizer/export/speedscope.ts';
import { svg } from '../../visualizer/export/svg.ts';
import type { Taken } from '../../visualizer/export/walk.ts';
import { withIdle } from '../../visualizer/export/walk.ts';
import { afterwards } from '../cleanup.ts';
import { goPprof } from './go.ts';
import { getBytes, hostStatus, serve } from './server.ts';
import { SAMPLE_US, windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const wallMs = (): number => NOW_MS;
const STACKS = { 'main /app/main.js:1 < work /app/work.js:7': 90, 'main /app/main.js:1': 9, '(garbage collector)': 1 };
const windows = [windowOf({ seq: 1, startMs: NOW_MS - 60_000, stacks: STACKS })];

/** Stack as text → figure: what every format has to hold. */
type Stacks = Record<string, number>;

test('pprof holds every stack with its samples and its time', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const { bytes, headers } = await getBytes(port, '/export/web/?format=pprof');
  assert.equal(headers['content-disposition'], 'attachment; filename=liveprofiler_web_20261120T115900_20261120T115910.pb.gz');
  const profile = Profile.decode(gunzipSync(bytes));
  assert.equal(Number(profile.durationNanos), 10e9);
  assert.deepEqual(stacksOfPprof(profile, 0), { 'main;work': 90, main: 9, '(garbage collector)': 1 });
  assert.deepEqual(stacksOfPprof(profile, 1), { 'main;work': 90 * SAMPLE_US, main: 9 * SAMPLE_US, '(garbage collector)': SAMPLE_US });
});

test('go tool pprof reads what is taken away', async (t) => {
  const read = goPprof();
  if (read === undefined) {
    t.skip('Go is not there: install Debian’s golang-go to see its pprof read this.');
    return;
  }
  const { port } = await serve(t, { windows, wallMs });
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-export-'));
  afterwards(t, () => rm(folder, { recursive: true }));
  const file = join(folder, 'web.pb.gz');
  await writeFile(file, (await getBytes(port, '/export/web/?format=pprof&idle=1')).bytes);
  const top = read(file, '-top', '-nodecount=10');
  assert.match(top, /Type: cpu\nTime: 2026-11-20 /);
  assert.match(top, /Duration: 10s, Total samples = 10s/);
  assert.match(top, /0\.90s +9\.00% .* 0\.90s +9\.00% +work$/m);
  assert.match(top, /0\.09s +0\.9% .* 0\.99s +9\.90% +main$/m);
  assert.match(read(file, '-raw'), /main \/app\/main\.js:1/);
  assert.match(read(file, '-top', '-sample_index=samples'), /90 .* work$/m);
});

test('folded text, speedscope, .cpuprofile and SVG hold the same', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const text = async (query: string): Promise<string> => (await getBytes(port, `/export/?host=web&${query}`)).bytes.toString('utf8');
  assert.equal(await text('format=folded&weight=count&idle=1'), '(idle) 900\nmain (/app/main.js:1) 9\nmain (/app/main.js:1);work (/app/work.js:7) 90\n(garbage collector) 1\n');
  assert.match(await text('format=folded'), /work \(\/app\/work\.js:7\) 900000\n/);
  assert.deepEqual(stacksOfSpeedscope(await text('format=speedscope')), { 'main;work': 90 * SAMPLE_US, main: 9 * SAMPLE_US, '(garbage collector)': SAMPLE_US });
  assert.deepEqual(stacksOfCpuprofile(await text('format=cpuprofile')), { 'main;work': 90 * SAMPLE_US, main: 9 * SAMPLE_US, '(garbage collector)': SAMPLE_US });
  assert.match(await text('format=svg'), /<title>work \(\/app\/work\.js:7\): 900\.0 ms, 90\.0 %<\/title>/);
});

test('.cpuprofile tells at which lines a function was, no node more than its samples, however often it is called', async (t) => {
  const stacks = { ...STACKS, 'main /app/main.js:1 < again /app/again.js:2 < work /app/work.js:7': 10 };
  const lines = { 'work /app/work.js:7': { 8: 60, 9: 30 }, 'main /app/main.js:1': { 3: 9 } };
  // A neighbour in the same five minutes, which is not taken away.
  const before = windowOf({ seq: 0, startMs: NOW_MS - 80_000, stacks: { 'work /app/work.js:7': 100 }, lines: { 'work /app/work.js:7': { 8: 60, 9: 30 } } });
  const { port } = await serve(t, { windows: [before, windowOf({ seq: 1, startMs: NOW_MS - 60_000, stacks, lines })], wallMs });
  const { nodes } = JSON.parse((await getBytes(port, `/export/?host=web&format=cpuprofile&from=${NOW_MS - 61_000}`)).bytes.toString('utf8')) as { nodes: { callFrame: { functionName: string }; hitCount: number; positionTicks?: { line: number; ticks: number }[] }[] };
  const of = (name: string) => nodes.filter(({ callFrame }) => callFrame.functionName === name);
  for (const { hitCount, positionTicks = [] } of nodes) assert.ok(positionTicks.reduce((sum, { ticks }) => sum + ticks, 0) <= hitCount);
  const ticks = of('work').flatMap(({ positionTicks = [] }) => positionTicks);
  const at = (line: number): number => ticks.filter((tick) => tick.line === line).reduce((sum, one) => sum + one.ticks, 0);
  assert.deepEqual([of('work').length, at(8), at(9)], [2, 60, 30]);
  assert.deepEqual([of('main')[0]?.positionTicks, of('(garbage collector)')[0]?.positionTicks], [[{ line: 3, ticks: 9 }], undefined]);
});

test('any choice that the graph takes is taken away, and a wrong one is told', async (t) => {
  const other = windowOf({ host: 'jobs', boot: 'boot-j', seq: 1, startMs: NOW_MS - 60_000, labels: { service: 'jobs', version: '7' }, stacks: { crunch: 5 } });
  const { port } = await serve(t, { windows: [...windows, other], wallMs });
  const folded = async (query: string): Promise<string> => (await getBytes(port, `/export/?format=folded&weight=count&${query}`)).bytes.toString('utf8');
  assert.equal(await folded('service=jobs&version=7'), 'crunch 5\n');
  assert.equal(await folded('host=jobs&from=-30minutes&until=-20minutes'), '');
  for (const kind of ['__proto__', 'constructor', 'wall']) assert.equal((await getBytes(port, `/export/?kind=${kind}`)).status, 200, kind);
  for (const [query, status, code] of [['format=elf', 400, 'BAD_QUERY'], ['host=nobody', 404, 'UNKNOWN_HOST'], ['from=soon', 400, 'BAD_DATE'], ['weight=bytes', 400, 'BAD_QUERY']] as const) {
    const answer = await getBytes(port, `/export/?${query}`);
    assert.deepEqual([answer.status, (JSON.parse(answer.bytes.toString('utf8')) as ErrorAnswer).error.code], [status, code], query);
  }
});

test('a file’s name holds nothing that a disk or a header could obey', async (t) => {
  for (const name of ['../../etc/passwd', '"; filename=x.exe', 'größe\r\nSet-Cookie: a=b', '…', 'x'.repeat(500)]) {
    const { port } = await serve(t, { hosts: [hostStatus({ host: name })], windows: [windowOf({ host: name, seq: 1, startMs: NOW_MS - 60_000, stacks: { a: 1 } })], wallMs });
    const { headers } = await getBytes(port, `/export/${encodeURIComponent(name)}/?format=svg`);
    assert.match(headers['content-disposition'] ?? '', /^attachment; filename=liveprofiler_(?:[A-Za-z0-9][A-Za-z0-9._-]{0,79}_)?20261120T115900_20261120T115910\.svg$/, name);
    assert.equal(headers['set-cookie'], undefined);
  }
});

const names = fc.string({ unit: 'binary', maxLength: 12 });
const trees = fc.array(fc.record({ path: fc.array(names, { minLength: 1, maxLength: 6 }), count: fc.integer({ min: 0, max: 50 }) }), { maxLength: 20 }).map((stacks): Taken => {
  const [parent, frame, selfCount] = [[0], [-1], [0]];
  const frames: Taken['tree']['frames'][number][] = [];
  for (const { path, count } of stacks) {
    let at = 0;
    for (const name of path) {
      frame.push(frames.push({ name, url: name.length > 3 ? `/${name}` : '', line: name.length, column: 0 }) - 1);
      selfCount.push(0);
      at = parent.push(at) - 1;
    }
    selfCount[at] = count;
  }
  const total = [...selfCount];
  for (let node = parent.length - 1; node > 0; node--) total[parent[node] ?? 0] = (total[parent[node] ?? 0] ?? 0) + (total[node] ?? 0);
  const us = (column: readonly number[]): number[] => column.map((count) => count * 10);
  return { name: stacks[0]?.path[0] ?? '', range: { fromMs: NOW_MS, untilMs: NOW_MS + 1 }, kind: 'cpu', weight: 'us', tree: { frames, parent, frame, selfCount, selfWeight: us(selfCount), totalCount: total, totalWeight: us(total), cut: parent.map(() => 0) } };
});

test('whatever functions are called, every format keeps their time to the unit', () => {
  fc.assert(fc.property(trees, (taken) => {
    const whole = taken.tree.totalWeight[0];
    const sum = (stacks: Stacks): number => Object.values(stacks).reduce((total, value) => total + value, 0);
    assert.equal(sum(stacksOfPprof(Profile.decode(pprof(taken)), 1)), whole);
    assert.equal(sum(stacksOfSpeedscope(speedscope(taken))), whole);
    assert.equal(sum(stacksOfCpuprofile(cpuprofile(taken))), whole);
    assert.equal(folded(taken).split('\n').filter((line) => line !== '').reduce((total, line) => total + Number(/ (\d+)$/.exec(line)?.[1]), 0), whole);
    const texts = svg(taken).replace(/<(?:\?xml|\/?(?:svg|g|title|rect|text))(?: [a-zA-Z-]+="[^"<>&]*")*\s*[/?]?>/g, '');
    assert.doesNotMatch(texts, /[<>"']|&(?!#\d+;)/);
  }));
});

test('idle time is one more part beside the rest', () => {
  fc.assert(fc.property(trees, fc.nat(1000), ({ tree }, count) => {
    const { totalCount, totalWeight, parent } = withIdle(tree, { count, weight: count * 7 });
    assert.equal(totalCount[0], (tree.totalCount[0] ?? 0) + count);
    assert.equal(totalWeight[0], (tree.totalWeight[0] ?? 0) + count * 7);
    assert.equal(parent.length, tree.parent.length + (count === 0 ? 0 : 1));
  }));
});

function stacksOfPprof({ sample, location, function: functions, stringTable: { strings } }: Profile, value: 0 | 1): Stacks {
  const nameOf = (id: unknown): string => {
    const line = location.find((one) => Number(one.id) === Number(id))?.line[0];
    return strings[Number(functions.find((one) => Number(one.id) === Number(line?.functionId))?.name)] ?? '?';
  };
  return summed(sample.map((one) => [[...one.locationId].reverse().map(nameOf), Number(one.value[value])]));
}

function stacksOfSpeedscope(json: string): Stacks {
  const { shared, profiles } = JSON.parse(json) as { shared: { frames: { name: string }[] }; profiles: { endValue: number; events: { type: string; frame: number; at: number }[] }[] };
  const open: number[] = [];
  const stacks: [string[], number][] = [];
  let last = 0;
  for (const { type, frame, at } of profiles[0]?.events ?? []) {
    if (at > last) stacks.push([open.map((id) => shared.frames[id]?.name ?? '?'), at - last]);
    last = at;
    if (type === 'O') open.push(frame);
    else assert.equal(open.pop(), frame);
  }
  assert.deepEqual([open.length, last], [0, profiles[0]?.endValue]);
  return summed(stacks);
}

function stacksOfCpuprofile(json: string): Stacks {
  const { nodes, samples, timeDeltas, startTime, endTime } = JSON.parse(json) as { nodes: { id: number; callFrame: { functionName: string }; children: number[] }[]; samples: number[]; timeDeltas: number[]; startTime: number; endTime: number };
  const above = new Map(nodes.flatMap(({ id, children }) => children.map((child) => [child, id] as const)));
  const path = (id: number): string[] => {
    const up = above.get(id);
    return up === undefined ? [] : [...path(up), nodes[id - 1]?.callFrame.functionName ?? '?'];
  };
  const stamps = [...timeDeltas.map((_, index) => startTime + timeDeltas.slice(0, index + 1).reduce((sum, delta) => sum + delta, 0)), endTime];
  return summed(samples.map((id, index) => [path(id), (stamps[index + 1] ?? 0) - (stamps[index] ?? 0)]));
}

function summed(stacks: readonly (readonly [string[], number])[]): Stacks {
  const sums = new Map<string, number>();
  for (const [path, value] of stacks) sums.set(path.join(';'), (sums.get(path.join(';')) ?? 0) + value);
  return Object.fromEntries(sums);
}
