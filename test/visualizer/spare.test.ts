// Damage to what is kept of one host costs the answers about the others nothing, and is told.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../collector/store/index.ts';
import { SPACE } from '../../collector/store/keys.ts';
import type { ErrorAnswer, FlameAnswer, HostAnswer, TimelineAnswer, TopAnswer } from '../../visualizer/api.ts';
import { sparing } from '../../visualizer/spare.ts';
import { flip } from '../collector/store/flip.ts';
import { damaging } from './damage.ts';
import { get, hostStatus, serve } from './server.ts';
import { windowOf } from './windows.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const HOSTS = ['web', 'hurt', 'api'];
const windows = HOSTS.map((host, i) => windowOf({ host, boot: host, seq: 1, startMs: NOW_MS - 60_000, labels: { service: host === 'api' ? 'api' : 'shop' }, stacks: { 'work /app/a.js:1': 100 * (i + 1) } }));
const named = [{ host: 'hurt', message: 'The record 0600 is not as it was written. Run liveprofiler repair.' }];

test('flames, lines, tables and the list of hosts answer without the damaged host, and name it', async (t) => {
  const { port, failures } = await serve(t, { windows, hosts: HOSTS.map((host) => hostStatus({ host, service: host === 'api' ? 'api' : 'shop' })), wallMs: () => NOW_MS, wrap: damaging('hurt') });
  const flame = (await get(port, '/api/flame')).json() as FlameAnswer;
  assert.deepEqual([flame.root.totalCount, flame.damaged], [400, named]);
  const lines = (await get(port, '/api/timeline?by=host')).json() as TimelineAnswer;
  assert.deepEqual([lines.lines.map(({ name }) => name), lines.damaged], [['api', 'web'], named]);
  const top = (await get(port, '/api/top?by=service')).json() as TopAnswer;
  assert.deepEqual([top.groups.map(({ name, totalCount }) => [name, totalCount]), top.damaged], [[['api', 300], ['shop', 100]], named]);
  const hosts = (await get(port, '/api/hosts')).json() as HostAnswer[];
  assert.deepEqual(hosts.map(({ busyShare, error }) => [busyShare, error]), [[0.1, undefined], [undefined, 'What is kept of it is damaged. The record 0600 is not as it was written. Run liveprofiler repair.'], [0.3, undefined]]);
  assert.deepEqual(failures, []);
});

test('a question about the damaged host alone is refused with the way out, and told to who serves', async (t) => {
  const { port, failures } = await serve(t, { windows, hosts: [hostStatus({ host: 'hurt' })], wallMs: () => NOW_MS, wrap: damaging('hurt') });
  const refused = await get(port, '/api/flame?host=hurt');
  assert.equal(refused.status, 500);
  assert.deepEqual((refused.json() as ErrorAnswer).error, { code: 'STORE_DAMAGED', message: named[0]?.message });
  assert.deepEqual(failures.map(({ path }) => path), ['/api/flame']);
  assert.equal(((await get(port, '/api/flame?host=web&host=hurt')).json() as FlameAnswer).root.totalCount, 100);
});

for (const [record, space] of [['header', SPACE.header], ['payload', SPACE.payload], ['memory', SPACE.memory]] as const) {
  test(`bytes of one host's ${record} flipped on disk: the others are answered in full`, async (t) => {
    const path = await mkdtemp(join(tmpdir(), 'liveprofiler-spare-'));
    t.after(() => rm(path, { recursive: true }));
    const store = await openStore({ path });
    await store.append(windows, new Map(HOSTS.map((host) => [host, { cursor: '', clocks: {}, ancestorSeq: 0 }])));
    await store.close();
    assert.equal(await flip(path, (key) => key[0] === space && key.includes('hurt')), 1);
    const damaged = await openStore({ path });
    const answer = await sparing(damaged).query({ kind: 'cpu' }, { fromMs: 0, untilMs: 4e12 });
    const lost = record === 'memory' ? [] : ['hurt'];
    assert.deepEqual([answer.tree.totalCount[0], answer.damaged.map(({ host }) => host)], [lost.length === 0 ? 600 : 400, lost]);
    assert.deepEqual(await damaged.hosts(), ['api', 'hurt', 'web']);
    await damaged.close();
  });
}
