// Kinds in bytes in every answer: levels as averages, what adds up as sums, and files that say that they are bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { FlameAnswer, TimelineAnswer, TopAnswer } from '../../visualizer/api.ts';
import type { DiffAnswer } from '../../visualizer/view/change.ts';
import { isWithinError } from '../../visualizer/view/change.ts';
import { heapOf } from './heap.ts';
import { get, getBytes, serve } from './server.ts';
import { windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 14, 30);
const MINUTE_MS = 60_000;
const CACHE = 'serve /app/server.js:1 < remember /app/cache.js:5';
const OTHER = 'serve /app/server.js:1 < render /app/render.js:12';

/** The cache holds 10 MB, then 30 MB; what renders holds 10 MB all the time; both allocate. */
function windows() {
  return Array.from({ length: 20 }, (_, index) => {
    const at = { seq: index, startMs: NOW_MS - (20 - index) * MINUTE_MS };
    return [
      heapOf('heap-live', { ...at, stacks: { [CACHE]: index < 10 ? 20 : 60, [OTHER]: 20 } }),
      heapOf('heap-alloc', { ...at, stacks: { [CACHE]: 12, [OTHER]: 48 } }),
      windowOf({ ...at, durationMs: 60_000, stacks: { [OTHER]: 100 } }),
    ];
  }).flat();
}

async function served(t: Parameters<typeof serve>[0]) {
  const { port } = await serve(t, { windows: windows(), wallMs: () => NOW_MS });
  return { port, json: async <T>(path: string) => (await get(port, path)).json() as T };
}

test('what is held is an average, what is allocated a sum, and the kinds that there are are told', async (t) => {
  const { json } = await served(t);
  const held = await json<FlameAnswer>('/api/flame?host=web&kind=heap-live&from=-20min');
  assert.equal(held.root.totalUs, 30_000_000);
  assert.equal(held.root.name, 'web · heap held');
  assert.deepEqual([...held.kinds].sort(), ['cpu', 'heap-alloc', 'heap-live']);
  const allocated = await json<FlameAnswer>('/api/flame?host=web&kind=heap-alloc&from=-10min');
  assert.equal(allocated.root.totalUs, 10 * 30_000_000);
  const top = await json<TopAnswer>('/api/top?host=web&kind=heap-live&from=-10min');
  assert.deepEqual(top.groups[0]?.rows.slice(0, 2).map(({ name, selfUs }) => [name, selfUs]), [['remember', 30_000_000], ['render', 10_000_000]]);
  const lines = await json<TimelineAnswer>('/api/timeline?host=web&kind=heap-live&from=-20min&until=now');
  assert.deepEqual([...new Set(lines.lines[0]?.busyUs.filter((bytes) => bytes > 0))], [20_000_000, 40_000_000]);
});

test('what grew between two moments is told in bytes, and what did not grow is no change', async (t) => {
  const { json } = await served(t);
  const grown = await json<DiffAnswer>('/api/diff?kind=heap-live&by=duration&with=before&b.host=web&b.from=-10min');
  assert.equal(grown.wholeBytes, 40_000_000);
  const row = (name: string) => grown.rows.find((one) => one.name === name);
  const [remember, render] = [row('remember'), row('render')];
  assert.deepEqual([remember?.self.before, remember?.self.after], [0.25, 0.75]);
  assert.deepEqual([render?.self.before, render?.self.after], [0.25, 0.25]);
  assert.equal(remember !== undefined && isWithinError(remember.self), false);
  // Seen again in each of ten windows, the same twenty samples are no surer than twenty.
  assert.ok((remember?.self.error ?? 0) > 0.2);
  const flow = await json<DiffAnswer>('/api/diff?kind=heap-alloc&by=duration&with=before&b.host=web&b.from=-10min');
  assert.equal(flow.wholeBytes, 500_000);
  assert.ok(flow.rows.every(({ self }) => isWithinError(self)));
  const mixed = await get((await served(t)).port, '/api/diff?a.kind=cpu&b.kind=heap-live&a.from=-10min&b.from=-10min');
  assert.equal(mixed.status, 400);
  assert.match(mixed.body, /Time, bytes and instances cannot be compared/);
});

test('files say that they are bytes', async (t) => {
  const { port, json } = await served(t);
  for (const [kind, type] of [['heap-live', 'inuse_space'], ['heap-alloc', 'alloc_space']] as const) {
    const profile = Profile.decode(gunzipSync((await getBytes(port, `/export/web/?kind=${kind}&format=pprof&from=-10min`)).bytes));
    const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
    assert.deepEqual(profile.sampleType.map((one) => [text(one.type), text(one.unit)]), [['samples', 'count'], [type, 'bytes']]);
    assert.equal(text(profile.defaultSampleType), type);
  }
  const speedscope = await json<{ profiles: { unit: string; endValue: number }[] }>('/export/web/?kind=heap-live&format=speedscope&from=-10min');
  assert.deepEqual([speedscope.profiles[0]?.unit, speedscope.profiles[0]?.endValue], ['bytes', 40_000_000]);
  assert.match((await get(port, '/export/web/?kind=heap-live&format=folded&from=-10min')).body, /remember \(\/app\/cache\.js:5\) 30000000$/m);
  assert.match((await get(port, '/export/web/?kind=heap-live&format=svg&from=-10min')).body, /remember \(\/app\/cache\.js:5\): 30\.0 MB, 75\.0 %/);
  interface HeapNode { callFrame: { functionName: string; lineNumber: number }; selfSize: number; children: HeapNode[] }
  const { head } = await json<{ head: HeapNode }>('/export/web/?kind=heap-live&format=heapprofile&from=-10min');
  const sum = (node: HeapNode): number => node.children.reduce((total, child) => total + sum(child), node.selfSize);
  assert.equal(sum(head), 40_000_000);
  assert.deepEqual(head.children[0]?.children[0]?.callFrame.functionName, 'remember');
  const refused = await get(port, '/export/web/?kind=heap-live&format=cpuprofile');
  assert.equal(refused.status, 400);
  assert.match(refused.body, /take heapprofile instead/);
  assert.equal((await get(port, '/export/web/?format=heapprofile')).status, 400);
  assert.equal((await get(port, '/api/flame?kind=a%20b')).status, 400);
});
