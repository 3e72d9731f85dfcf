// Hosts that nothing names any more: listed for a while, readable as long as something is kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlameAnswer, HostAnswer } from '../../visualizer/api.ts';
import { get, hostStatus, serve } from './server.ts';
import { windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const HOUR_MS = 3_600_000;
const wallMs = (): number => NOW_MS;

const windowAt = (host: string, agoMs: number) => windowOf({ host, boot: `boot-${host}`, seq: 1, startMs: NOW_MS - agoMs, stacks: { work: 5 } });
const listed = async (port: number, query = ''): Promise<string[]> => ((await get(port, `/api/hosts${query}`)).json() as HostAnswer[]).map(({ host, state }) => `${host} ${state}`);

test('those of the last day are listed after the others, and older ones when the range shows them', async (t) => {
  const gone = hostStatus({ host: 'pod-1', state: 'gone', sinceMs: NOW_MS - HOUR_MS });
  const before = hostStatus({ host: 'pod-2', state: 'gone', sinceMs: NOW_MS - 25 * HOUR_MS });
  const never = hostStatus({ host: 'typo', state: 'gone', sinceMs: NOW_MS - HOUR_MS });
  const windows = [windowAt('web', 60_000), windowAt('pod-1', 90 * 60_000), windowAt('pod-2', 26 * HOUR_MS), windowAt('unknown', 2 * HOUR_MS), windowAt('past', 30 * HOUR_MS)];
  const { port } = await serve(t, { hosts: [gone, before, never, hostStatus({})], windows, wallMs });
  assert.deepEqual(await listed(port), ['web up', 'pod-1 gone', 'unknown gone']);
  assert.deepEqual(await listed(port, '?from=-2d'), ['web up', 'past gone', 'pod-1 gone', 'pod-2 gone', 'unknown gone']);
  for (const host of ['pod-2', 'past']) {
    const { windows: read, hosts } = (await get(port, `/api/flame?host=${host}&from=-2d`)).json() as FlameAnswer;
    assert.deepEqual([read, hosts[0]?.state], [1, 'gone'], host);
  }
});

test('one that comes back and goes again is gone since the second time', async (t) => {
  const hosts = [hostStatus({})];
  const { port, store } = await serve(t, { hosts, windows: [windowAt('pod', HOUR_MS)], wallMs });
  const since = async (): Promise<number | undefined> => ((await get(port, '/api/hosts')).json() as HostAnswer[]).find(({ host }) => host === 'pod')?.sinceMs;
  assert.equal(await since(), NOW_MS - HOUR_MS + 10_000);
  hosts.push(hostStatus({ host: 'pod' }));
  assert.equal(await since(), 0);
  await store.append([windowOf({ host: 'pod', boot: 'boot-pod', seq: 2, startMs: NOW_MS - 60_000, stacks: { work: 5 } })], new Map());
  hosts.pop();
  assert.equal(await since(), NOW_MS - 50_000);
});
