// In a large fleet ten people who look at the same cost what one does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../collector/store/index.ts';
import type { FlameAnswer, TopAnswer } from '../../visualizer/api.ts';
import { createSharing } from '../../visualizer/sharing.ts';
import { get, hostStatus, serve } from './server.ts';
import { windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);

test('whoever asks while an answer is made, or soon after, gets that one; nobody gets an old one', async () => {
  let [nowMs, made] = [0, 0];
  const share = createSharing({ nowMs: () => nowMs });
  const work = (tookMs: number) => async (): Promise<number> => {
    await Promise.resolve();
    nowMs += tookMs;
    return ++made;
  };
  const ask = async (tookMs: number): Promise<string> => {
    const { answer, fresh } = await share('a', work(tookMs));
    return `${answer} ${fresh ? 'fresh' : 'again'}`;
  };
  assert.deepEqual(await Promise.all([ask(100), ask(100), ask(100)]), ['1 fresh', '1 again', '1 again']);
  nowMs += 1899;
  assert.equal(await ask(100), '1 again');
  nowMs += 1;
  assert.equal(await ask(1), '2 fresh');
  nowMs += 19;
  assert.equal(await ask(60_000), '3 fresh');
  nowMs += 29_999;
  assert.equal(await ask(1), '3 again');
  nowMs += 1;
  assert.equal(await ask(1), '4 fresh');
});

test('what failed is asked anew', async () => {
  const share = createSharing();
  await assert.rejects(share('a', () => Promise.reject(new Error('no'))), /no/);
  assert.deepEqual(await share('a', () => Promise.resolve(1)), { answer: 1, fresh: true });
});

test('of many hosts, pages that follow the present get one answer; a range that stands is answered as it is now, and so are few hosts', async (t) => {
  let [questions, waiting] = [0, (): void => undefined];
  const held = new Promise<void>((resolve) => { waiting = resolve; });
  const slow = (store: Store): Store => ({ ...store, async query(...asked) { questions++; await held; return store.query(...asked); } });
  const window = windowOf({ host: 'h-0', seq: 1, startMs: NOW_MS - 60_000, stacks: { work: 3 } });
  const hosts = Array.from({ length: 60 }, (_, index) => hostStatus({ host: `h-${index}` }));
  const { port } = await serve(t, { hosts, windows: [window], wallMs: () => NOW_MS, wrap: slow });
  const ten = (path: string) => Promise.all(Array.from({ length: 10 }, () => get(port, path)));
  const present = ten('/api/flame');
  const first = await Promise.race([present, new Promise((resolve) => { setTimeout(resolve, 200, 'none yet'); })]);
  assert.equal(first, 'none yet');
  waiting();
  const answers = await present;
  assert.deepEqual([questions, answers.map((answer) => (answer.json() as FlameAnswer).root.totalCount)], [1, Array.from({ length: 10 }, () => 3)]);
  // The tag of what is asked now belongs to the one answer that was made now.
  assert.equal(new Set(answers.map(({ headers }) => headers.etag)).size, 2);
  await ten(`/api/flame?from=${NOW_MS - 120_000}&until=${NOW_MS}`);
  assert.equal(questions, 11);
  const { port: few } = await serve(t, { windows: [window], wallMs: () => NOW_MS, wrap: slow });
  await Promise.all(Array.from({ length: 10 }, () => get(few, '/api/flame')));
  assert.equal(questions, 21);
});

test('of many hosts, what processes tell of themselves is read once for all who ask', async (t) => {
  let questions = 0;
  // An answer is kept for many times as long as it took: so that ten can come in that time on any machine, it takes a while.
  const counting = (store: Store): Store => ({ ...store, async numbers(...asked) { questions++; await pause(100); return store.numbers(...asked); } });
  const hosts = Array.from({ length: 60 }, (_, index) => hostStatus({ host: `h-${index}` }));
  const { port } = await serve(t, { hosts, wallMs: () => NOW_MS, wrap: counting });
  for (const path of ['/api/leaks', '/api/memory', '/api/process', '/api/classes']) {
    questions = 0;
    const { status } = await get(port, path);
    const once = questions;
    questions = 0;
    await Promise.all(Array.from({ length: 10 }, () => get(port, `${path}?limit=`)));
    assert.deepEqual([status, questions, once > 0], [200, once, true], path);
  }
});

test('a service is asked of its hosts alone, and of all when some of it ran elsewhere', async (t) => {
  const asked: (readonly string[] | undefined)[] = [];
  const noting = (store: Store): Store => ({ ...store, query(selector, ...more) { asked.push(selector.hosts); return store.query(selector, ...more); } });
  const ran = (host: string, service: string, count: number) => windowOf({ host, boot: `${host}-${service}`, seq: 1, startMs: NOW_MS - 60_000, labels: { service }, stacks: { work: count } });
  const windows = [ran('a', 'shop', 6), ran('b', 'jobs', 5), ran('c', 'jobs', 2), ran('c', 'old', 1)];
  const hosts = [hostStatus({ host: 'a', service: 'shop' }), hostStatus({ host: 'b', service: 'jobs' }), hostStatus({ host: 'c', service: 'shop' })];
  const { port } = await serve(t, { hosts, windows, wallMs: () => NOW_MS, wrap: noting });
  const { groups } = (await get(port, '/api/top?by=service')).json() as TopAnswer;
  assert.deepEqual(groups.map(({ name, totalCount }) => [name, totalCount]), [['jobs', 7], ['shop', 6], ['old', 1]]);
  assert.deepEqual(asked, [['b'], undefined, ['a', 'c'], undefined]);
});
