// What the API tells of processes: lines, leaks, what a process is, and the classes it tracks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassesAnswer, LeaksAnswer, MemoryAnswer, ProcessesAnswer } from '../../../visualizer/api.ts';
import { factsOf } from '../facts.ts';
import { get, hostStatus, serve } from '../server.ts';
import { windowOf } from '../windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 14, 30);
const MINUTE_MS = 60_000;
const labels = { service: 'shop', version: '1.4.2', nodeVersion: 'v24.1.0', v8Version: '13.6', arguments: '--max-old-space-size=256 server.js', pid: '4711' };

/** `web` restarts an hour ago and leaks in both lives; `web-2` is healthy; a worker thread of `web` tells numbers of its own. */
function windows() {
  return ['web', 'web-2'].flatMap((host, index) => Array.from({ length: 120 }, (_, minute) => {
    const life = minute < 60 ? 'first' : 'second';
    const heldBytes = 40e6 + (index === 0 ? (minute % 60) * 500_000 : 0);
    const at = { host, boot: `${host}-${life}`, seq: minute, startMs: NOW_MS - (120 - minute) * MINUTE_MS, durationMs: MINUTE_MS, labels };
    return [
      factsOf({ ...at, numbers: { rssBytes: [heldBytes + 50e6, heldBytes + 60e6], heapUsedBytes: heldBytes + 5e6, heapAfterGcBytes: heldBytes, heapLimitBytes: 268e6, gcMajorCount: 1, gcMajorUs: 600_000, cpuUserUs: 6e6, cpuSystemUs: 6e6, 'heapSpace.old_space.usedBytes': heldBytes, 'resources.TCPSocketWrap': 7, threads: 11, 'class.Session.count': 10 + minute, 'class.Session.bytes': (10 + minute) * 1000, 'class.a.count.count': 3, ...(minute === 119 ? { 'mark.warm': [NOW_MS - 50_000, NOW_MS - 40_000, NOW_MS - 30_000], 'mark.of another clock': 5 } : {}) } }),
      factsOf({ ...at, thread: 1, numbers: { heapUsedBytes: 1e9, heapAfterGcBytes: 1e9 } }),
      windowOf({ ...at, stacks: { work: 600 } }),
    ];
  }).flat());
}

async function served(t: Parameters<typeof serve>[0]) {
  const { port } = await serve(t, { hosts: [hostStatus({}), hostStatus({ host: 'web-2' })], windows: windows(), wallMs: () => NOW_MS });
  return async <T>(path: string) => {
    const answer = await get(port, path);
    assert.equal(answer.status, 200, answer.body);
    return answer.json() as T;
  };
}

test('lines tell means, the least after a collection, and shares of the time; threads of their own are left out', async (t) => {
  const json = await served(t);
  const { lines, stepMs } = await json<MemoryAnswer>('/api/memory?host=web-2&from=-15minutes');
  const at = (name: string): (number | null)[] => [...new Set(lines[0]?.values[name]?.filter((value) => value !== null))];
  assert.equal(stepMs, 15_000);
  assert.deepEqual(['rssBytes', 'heapUsedBytes', 'heapAfterGcBytes', 'gcShare', 'cpuShare'].map(at), [[95e6], [45e6], [40e6], [0.01], [0.2]]);
  const hosts = await json<MemoryAnswer>('/api/memory?service=shop&from=-15minutes&by=host');
  assert.deepEqual(hosts.lines.map(({ name }) => name), ['web', 'web-2']);
});

test('every life of a process is looked at by itself, and only those that ran in the range are told', async (t) => {
  const json = await served(t);
  const { leaks, checked } = await json<LeaksAnswer>('/api/leaks?service=shop&from=-15minutes');
  assert.deepEqual(checked, ['web', 'web-2']);
  assert.deepEqual(leaks.map(({ host, boot, version, of }) => [host, boot, version, of]), [['web', 'web-second', '1.4.2', 'heap']]);
  assert.ok(Math.abs((leaks[0]?.perHour ?? 0) / 30e6 - 1) < 0.05);
  const both = await json<LeaksAnswer>('/api/leaks?host=web&from=-90minutes');
  assert.deepEqual(both.leaks.map(({ boot }) => boot), ['web-second', 'web-first']);
  assert.equal((await json<LeaksAnswer>('/api/leaks?host=web-2')).leaks.length, 0);
});

test('a process tells what it is, its threads and all its numbers', async (t) => {
  const json = await served(t);
  const { processes } = await json<ProcessesAnswer>('/api/process?host=web&from=-90minutes');
  assert.deepEqual(processes.map(({ boot }) => boot).sort(), ['web-first', 'web-second']);
  const now = processes.find(({ boot }) => boot === 'web-second');
  assert.ok(now !== undefined);
  assert.deepEqual(now.labels, labels);
  assert.deepEqual(now.threads.map(({ id }) => id), [0, 1]);
  assert.deepEqual(now.numbers['resources.TCPSocketWrap'], { least: 7, most: 7, mean: 7, last: 7 });
  assert.equal(now.numbers['heapUsedBytes']?.last, 74.5e6);
});

test('classes are counted over all processes, with their bytes where those are known', async (t) => {
  const json = await served(t);
  const { classes, marks, fromMs, stepMs } = await json<ClassesAnswer>('/api/classes?service=shop&from=-2minutes');
  assert.deepEqual(classes.map(({ name }) => name), ['Session', 'a.count']);
  const told = (column: readonly (number | null)[] = []): number[] => column.filter((value) => value !== null);
  assert.deepEqual(told(classes[0]?.count), [256, 258]);
  assert.deepEqual(told(classes[0]?.bytes), [256_000, 258_000]);
  assert.deepEqual(told(classes[1]?.bytes), []);
  // Both hosts marked the same: the first and the last of a step are told, and none where its window cannot be.
  const lastStepMs = Math.floor((NOW_MS - MINUTE_MS - fromMs) / stepMs) * stepMs + fromMs;
  const of = (wanted: string): number[] => marks.filter(({ name }) => name === wanted).map(({ atMs }) => atMs);
  assert.deepEqual(of('warm'), [50_000, 50_000, 30_000, 30_000].map((ms) => NOW_MS - ms));
  assert.deepEqual(of('of another clock'), [lastStepMs, lastStepMs]);
});
