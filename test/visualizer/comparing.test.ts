// Comparing by address: two selections, what they share, what is compared when little is said, and versions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorAnswer } from '../../visualizer/api.ts';
import type { DiffAnswer } from '../../visualizer/view/change.ts';
import { get, serve } from './server.ts';
import { SAMPLE_US, windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;
const wallMs = (): number => NOW_MS;
const windows = [
  windowOf({ seq: 1, boot: 'boot-1', startMs: NOW_MS - 25 * MINUTE_MS, labels: { service: 'shop', version: '1.0' }, stacks: { 'main /app/main.js:1 < slow /app/slow.js:3': 600, 'main /app/main.js:1': 200 } }),
  windowOf({ seq: 1, boot: 'boot-2', startMs: NOW_MS - 5 * MINUTE_MS, labels: { service: 'shop', version: '1.1' }, stacks: { 'main /app/main.js:2 < fast /app/slow.js:9': 100, 'main /app/main.js:2': 300 } }),
];

test('without a word about the other side it is the time before', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  const { by, a, b, rows, root } = (await get(port, '/api/diff?host=web')).json() as DiffAnswer;
  assert.deepEqual([by, a.asked, b.asked], ['total', { fromMs: NOW_MS - 30 * MINUTE_MS, untilMs: NOW_MS - 15 * MINUTE_MS }, { fromMs: NOW_MS - 15 * MINUTE_MS, untilMs: NOW_MS }]);
  assert.deepEqual([a.title, a.windows, a.samples, a.busyUs, a.coveredUs], ['web', 1, 800, 800 * SAMPLE_US, 10_000_000]);
  assert.deepEqual(rows.map(({ name, self }) => [name, self.before, self.after]), [['slow', 0.75, 0], ['main', 0.25, 0.75], ['fast', 0, 0.25]]);
  assert.deepEqual([root.total.before, root.total.after, root.c.length, root.c[0]?.c.length], [1, 1, 1, 2]);
});

test('either side is any selection; what has no side is meant for both', async (t) => {
  const other = windowOf({ host: 'web-2', boot: 'boot-b', seq: 1, startMs: NOW_MS - 5 * MINUTE_MS, labels: { service: 'shop', version: '1.1' }, stacks: { elsewhere: 7 } });
  const { port } = await serve(t, { windows: [...windows, other], wallMs });
  const diff = async (query: string): Promise<DiffAnswer> => (await get(port, `/api/diff?${query}`)).json() as DiffAnswer;
  const hosts = await diff('a.host=web&b.host=web-2&from=-1hour');
  assert.deepEqual([hosts.a.title, hosts.b.title, hosts.a.samples, hosts.b.samples], ['web', 'web-2', 1200, 7]);
  const versions = await diff('service=shop&from=-1hour&a.version=1.0&b.version=1.1&by=duration');
  assert.deepEqual([versions.by, versions.a.samples, versions.b.samples, versions.root.total.before, versions.root.total.after], ['duration', 800, 407, 0.8, 0.2035]);
  assert.deepEqual((await diff('host=web&b.host=web-2&a.from=-1hour&from=-10minutes')).a.samples, 1200);
});

test('a wrong side is told as any other question is', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  for (const [query, status, code] of [['a.host=nobody', 404, 'UNKNOWN_HOST'], ['b.from=soon', 400, 'BAD_DATE'], ['a.from=-1hour&a.until=-2hours', 400, 'BAD_RANGE'], ['by=luck', 400, 'BAD_QUERY'], ['with=luck', 400, 'BAD_QUERY'], ['limit=0', 400, 'BAD_QUERY'], ['a.thread=x', 400, 'BAD_QUERY']] as const) {
    const answer = await get(port, `/api/diff?${query}`);
    assert.deepEqual([answer.status, (answer.json() as ErrorAnswer).error.code], [status, code], query);
  }
  const page = await get(port, '/diff?a.host=%3Cimg%20src=x%3E');
  assert.deepEqual([page.status, page.body.includes('<img')], [404, false]);
  assert.equal((await get(port, '/diff?host=web')).status, 200);
});

test('the version before is the one that ran last before the newest came', async (t) => {
  const at = (seq: number, minutesAgo: number, version: string) => windowOf({ seq, boot: `boot-${version}`, startMs: NOW_MS - minutesAgo * MINUTE_MS, labels: { service: 'shop', version }, stacks: { work: 5 } });
  const canary = [at(1, 3000, '0.9'), at(1, 200, '1.0'), at(2, 90, '1.0'), at(1, 80, '1.1'), at(2, 5, '1.1')];
  const { port } = await serve(t, { windows: canary, wallMs });
  const sides = async (query: string): Promise<DiffAnswer> => (await get(port, `/api/diff?with=version&b.service=shop&${query}`)).json() as DiffAnswer;
  const { a, b } = await sides('b.from=-15minutes');
  assert.deepEqual([a.selection.labels, b.selection.labels], [{ service: ['shop'], version: ['1.0'] }, { service: ['shop'], version: ['1.1'] }]);
  assert.equal(a.asked.untilMs - a.asked.fromMs, 15 * MINUTE_MS);
  const lastMs = NOW_MS - 90 * MINUTE_MS;
  assert.ok(a.asked.fromMs <= lastMs && lastMs < a.asked.untilMs && a.windows === 1, JSON.stringify(a));
  assert.equal((await sides('b.from=-15minutes&b.version=1.1')).a.title, 'shop · version 1.0');
  assert.equal((await sides('b.from=-4hours&b.until=-85minutes')).a.title, 'shop · version 0.9');
  for (const [query, code, sentence] of [['b.from=-51hours&b.until=-49hours', 'NO_VERSION_BEFORE', /No other version than 0\.9/], ['b.from=-30hours&b.until=-29hours', 'NO_VERSION', /set it at the sampler/]] as const) {
    const { status, body } = await get(port, `/api/diff?with=version&b.service=shop&${query}`);
    const { error } = JSON.parse(body) as ErrorAnswer;
    assert.deepEqual([status, error.code], [404, code]);
    assert.match(error.message, sentence);
  }
});

test('a day and a week before are the same time then, and what was chosen beside them does not count', async (t) => {
  const { port } = await serve(t, { windows, wallMs });
  for (const [other, days] of [['day', 1], ['week', 7]] as const) {
    const { a, b } = (await get(port, `/api/diff?with=${other}&b.host=web&b.from=-1hour&a.version=1.0`)).json() as DiffAnswer;
    assert.deepEqual([a.asked.fromMs, a.asked.untilMs, a.title], [b.asked.fromMs - days * 24 * 60 * MINUTE_MS, b.asked.untilMs - days * 24 * 60 * MINUTE_MS, 'web']);
  }
});
