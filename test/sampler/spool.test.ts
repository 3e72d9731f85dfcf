// Several processes behind one port, read by one reader that keeps one connection open, so that one of them answers.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openFolder } from '#sampler/spool/folder.js';
import { createReader } from '#sampler/spool/reader.js';
import { openSpool } from '#sampler/spool/spool.js';
import type { Address, Told } from '#sampler/spool/spool.js';
import { createSampler } from 'liveprofiler-sampler';
import { readWire } from 'liveprofiler-sampler/wire';
import type { WireAnswer } from 'liveprofiler-sampler/wire';
import { SECRET } from './ask.ts';
import { ownTmp } from './own-tmp.ts';
import { spinFor } from './spin.ts';

async function ask(port: number, agent: Agent, after: string): Promise<WireAnswer> {
  const request = get({ host: '127.0.0.1', port, agent, path: `/liveprofiler?after=${after}`, headers: { PROFILER_TOKEN: SECRET } });
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return readWire(JSON.parse(text));
}

test('one pull answers for a cluster of four, also for the one that was killed under load, each window once', { timeout: 60_000 }, async (t) => {
  ownTmp(t);
  const primary = fork(fileURLToPath(new URL('spool-child.js', import.meta.url)), { env: { ...process.env, SPOOL_SERVICE: 'shop' } });
  t.after(() => primary.kill('SIGKILL'));
  const [{ port, pids }] = (await once(primary, 'message')) as [{ port: number; pids: number[] }];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => { agent.destroy(); });

  const seen = new Map<string, { pid: string; seqs: number[]; samples: number }>();
  let after = '';
  async function pull(): Promise<void> {
    for (let more = true; more; ) {
      const answer = await ask(port, agent, after);
      for (const { boot, labels, windows } of answer.processes) {
        const one = seen.get(boot) ?? { pid: labels['pid'] ?? '', seqs: [], samples: 0 };
        seen.set(boot, one);
        for (const { firstSeq, lastSeq, rows, idle } of windows) {
          assert.equal(firstSeq, lastSeq);
          one.seqs.push(firstSeq);
          one.samples += rows.count.reduce((sum, count) => sum + count, 0) + idle.count;
        }
      }
      ({ cursor: after, more } = answer);
    }
  }
  while (seen.size < 4 || [...seen.values()].some(({ seqs }) => seqs.length < 3)) {
    await pull();
    await pause(200);
  }
  primary.send('tell');
  const [{ victim, finished }] = (await once(primary, 'message')) as [{ victim: number; finished: number }];
  const samplesOf = (pid: number): number => [...seen.values()].find((one) => Number(one.pid) === pid)?.samples ?? 0;
  while (samplesOf(victim) < finished) {
    await pull();
    await pause(100);
  }
  primary.send('kill');
  const [{ killed }] = (await once(primary, 'message')) as [{ killed: number }];
  assert.equal(killed, victim);
  primary.send('pause');
  const [{ sums }] = (await once(primary, 'message')) as [{ sums: [pid: number, samples: number][] }];
  await pause(3000);
  agent.destroy();
  await pull();

  assert.deepEqual([...seen.values()].map(({ pid }) => Number(pid)).sort(), [...pids].sort());
  for (const { seqs } of seen.values()) assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
  const dead = [...seen.values()].find(({ pid }) => Number(pid) === killed);
  assert.ok(dead !== undefined && dead.seqs.length >= 3);
  assert.deepEqual(sums.map(([pid]) => [pid, samplesOf(pid)]), sums, 'as many as each of them has finished itself');
  assert.ok(sums.length === 3 && finished > 0 && dead.samples >= finished);
  // What the dead one finished is in its file, and all of that was told.
  const folder = openFolder('shop', [SECRET]);
  const [boot] = [...seen].find(([, one]) => one === dead) ?? [''];
  const files = readdirSync(folder).filter((name) => name.startsWith(boot) && name.endsWith('.windows'));
  const { records } = await createReader().read(files.map((name) => ({ path: join(folder, name), boot, pid: 0, group: 0, segment: 0, bytes: 0, modifiedMs: 0 })), 0, 1e9);
  const inFile = records.map((record) => readWire({ liveprofiler: 1, wallMs: 0, monotonicUs: 2 ** 50, cursor: '', more: false, processes: [JSON.parse(record) as unknown] })).flatMap(({ processes }) => processes.flatMap(({ windows }) => windows));
  assert.equal(inFile.reduce((sum, { rows, idle }) => sum + rows.count.reduce((all, count) => all + count, 0) + idle.count, 0), dead.samples);
});

test('the folder is private to the user, and one that others can reach is not used', (t) => {
  const tmp = ownTmp(t);
  const folder = openFolder('shop', [SECRET]);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, '..')).mode & 0o777, 0o700);
  assert.notEqual(openFolder('shop', ['another secret']), folder);
  assert.notEqual(openFolder('other', [SECRET]), folder);
  chmodSync(folder, 0o750);
  assert.throws(() => openFolder('shop', [SECRET]), /not a folder of this user alone/);
  rmSync(join(folder, '..'), { recursive: true });
  mkdirSync(join(tmp, 'elsewhere'));
  writeFileSync(join(folder, '..'), '');
  assert.throws(() => openFolder('shop', [SECRET]));
});

test('what a process finishes lies in the folder, unless spool is false', async (t) => {
  const tmp = ownTmp(t);
  const finished = async (spool: boolean): Promise<void> => {
    const sampler = createSampler({ secret: SECRET, service: 'shop', spool });
    spinFor(50);
    // Whoever awaits this may end the process at once.
    await sampler.stop();
  };
  await finished(false);
  assert.deepEqual(readdirSync(tmp), []);
  await finished(true);
  assert.ok(readdirSync(openFolder('shop', [SECRET])).some((name) => name.endsWith('.windows')));
});

const seqs = ({ seen }: Told): Record<string, number> => Object.fromEntries([...seen].map(([boot, { seq }]) => [boot, seq]));
const has = (seq: number) => () => ({ seq, holes: [] });
const at = (host: string, port?: number): Address => ({ host, port });

/** All are in this process; the names of their files say what other processes see. */
function rename(boot: string, pid: number, group: number): void {
  const folder = openFolder('shop', [SECRET]);
  for (const name of readdirSync(folder).filter((file) => file.startsWith(`${boot}.`) && file.endsWith('.windows'))) renameSync(join(folder, name), join(folder, `${boot}.${pid}.${group}.0.windows`));
}

const DEAD_PID = 2 ** 22 + 5;

test('workers of a cluster that have a port each answer for themselves; one that nobody asked is taken along by the first', async (t) => {
  ownTmp(t);
  const [a, b, c] = ['aa', 'bb', 'cc'].map((boot) => openSpool('shop', [SECRET], boot, 1e6));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  await b.append(1, () => Promise.resolve('{"b":1}'));
  rename('bb', 1, process.pid);
  assert.deepEqual(seqs(await a.others(at('web:8001', 8001), has(0), 1e6)), { bb: 1 }, 'nobody asked b yet');
  assert.deepEqual(seqs(await c.others(at('web:8003', 8003), has(0), 1e6)), {}, 'a tells of it');
  await b.others(at('web:8002', 8002), has(0), 1e6);
  assert.deepEqual(seqs(await a.others(at('web:8001', 8001), has(0), 1e6)), {}, 'b has a port of its own');
  assert.deepEqual(seqs(await c.others(at('10.0.0.1:8002', 8002), has(0), 1e6)), { bb: 1 }, 'c has the port of b, whatever it is called');
  assert.deepEqual(seqs(await a.others(at('web:8001'), has(0), 1e6)), { bb: 1 }, 'nobody knows on which port this came');

  const teller = join(openFolder('shop', [SECRET]), 'bb.teller');
  rename('bb', DEAD_PID, process.pid);
  rmSync(join(openFolder('shop', [SECRET]), 'bb.ports'));
  assert.deepEqual(seqs(await a.others(at('web:8001', 8001), has(0), 1e6)), { bb: 1 }, 'nobody ever asked b, and it is dead');
  assert.deepEqual(seqs(await c.others(at('web:8002', 8002), has(0), 1e6)), {}, 'a tells of it');
  utimesSync(teller, 0, Date.now() / 1000 - 3600);
  assert.deepEqual(seqs(await c.others(at('web:8002', 8002), has(0), 1e6)), { bb: 1 }, 'nobody asks a any more');
});

test('processes that are asked under different names do not answer for each other; one that nobody asks is taken along once it is dead', async (t) => {
  ownTmp(t);
  const [a, b] = ['aa', 'bb'].map((boot) => openSpool('shop', [SECRET], boot, 1e6));
  assert.ok(a !== undefined && b !== undefined);
  await a.append(1, () => Promise.resolve('{"a":1}'));
  await b.append(1, () => Promise.resolve('{"b":1}'));
  rename('aa', 1, process.pid);
  rename('bb', 1, 1);
  assert.deepEqual(seqs(await b.others(at('web:8001'), has(0), 1e6)), { aa: 1 }, 'a is of the cluster');
  rename('aa', process.pid, process.pid);
  assert.deepEqual(seqs(await a.others(at('web:8000'), has(0), 1e6)), {}, 'b is asked under a name of its own');
  assert.deepEqual(seqs(await a.others(at('web:8001'), has(0), 1e6)), { bb: 1 }, 'both are asked under this one');
  assert.deepEqual(b.toldByOthers(), [[1, 1]]);

  rename('bb', DEAD_PID, 1);
  rmSync(join(openFolder('shop', [SECRET]), 'bb.asked'));
  assert.deepEqual(seqs(await a.others(at('web:8002'), has(0), 1e6)), { bb: 1 }, 'nobody ever asked b, and it is dead');
  assert.deepEqual(seqs(await a.others(at('web:8002'), has(1), 1e6)), { bb: 1 });
});

test('a record that is half written, or a file that is none, harms nothing', async (t) => {
  const tmp = ownTmp(t);
  const path = join(tmp, 'x');
  const file = { path, boot: 'aa', pid: 1, group: 1, segment: 0, bytes: 0, modifiedMs: 0 };
  const reader = createReader();
  writeFileSync(path, '1 3\n"a"2 3\n"');
  assert.deepEqual(await reader.read([file], 0, 1e6), { records: ['"a"'], spans: [[1, 1]], more: false });
  writeFileSync(path, 'b"3 3\n"c"', { flag: 'a' });
  assert.deepEqual(await reader.read([file], 0, 1e6), { records: ['"a"', '"b"', '"c"'], spans: [[1, 3]], more: false });
  assert.deepEqual(await reader.read([file], 1, 1), { records: ['"b"'], spans: [[2, 2]], more: true });
  assert.deepEqual(await reader.read([{ ...file, path: join(tmp, 'gone') }], 4, 1e6), { records: [], spans: [], more: false });
  writeFileSync(join(tmp, 'junk'), Buffer.alloc(500, 7));
  assert.deepEqual(await reader.read([{ ...file, path: join(tmp, 'junk') }], 0, 1e6), { records: [], spans: [], more: false });
});

test('readers that come at the same time are told the same, all of it', async (t) => {
  const path = join(ownTmp(t), 'x');
  const file = { path, boot: 'aa', pid: 1, group: 1, segment: 0, bytes: 0, modifiedMs: 0 };
  const reader = createReader();
  writeFileSync(path, '1 3\n"a"2 4\n"bc"3 5\n"def"');
  const all = await Promise.all([1, 2, 3].map(() => reader.read([file], 0, 1e6)));
  for (const { records, spans } of all) assert.deepEqual([records, spans], [['"a"', '"bc"', '"def"'], [[1, 3]]]);
  assert.deepEqual(await reader.pick([file], [2]), new Map([[2, '"bc"']]));
});
