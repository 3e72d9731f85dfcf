// Looking after a store by command: beside the server that holds it, and without one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../collector/store/index.ts';
import { windowOf } from '../windows.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const EVER = { fromMs: 0, untilMs: 4e12 };

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A folder with windows in it, and the configuration that names it. */
async function prepared(t: TestContext): Promise<{ path: string; config: string }> {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-upkeep-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  const store = await openStore({ path: join(path, 'db') });
  await store.append([windowOf({ startMs: Date.now() - 3_600_000 })], new Map());
  await store.close();
  const config = join(path, 'config.ini');
  await writeFile(config, '[global]\ndbpath = db\n[collector]\nsecret_header = token\nhosts = 127.0.0.1:1\n[visualizer]\nlisten = 127.0.0.1:0\n');
  return { path, config };
}

async function serving(t: TestContext, config: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const chunk of child.stderr) if (String(chunk).includes('http:')) break;
  child.stderr.resume();
}

for (const served of [true, false]) {
  test(`ranges are pinned, listed and unpinned, and a backup starts as a store, ${served ? 'while the folder is served' : 'with no server'}`, async (t) => {
    const { path, config } = await prepared(t);
    if (served) {
      await serving(t, config);
      assert.equal((await stat(join(path, 'db/control.sock'))).mode & 0o077, 0, 'for its owner alone');
    }
    const pinned = await run('pin', '--from', '-2h', '--until', 'now', '--note', 'the outage', '--config', config);
    assert.deepEqual([pinned.code, pinned.stderr], [0, '']);
    const [id = ''] = /^\w+/.exec(pinned.stdout) ?? [];
    assert.match((await run('pins', '--config', config)).stdout, new RegExp(`^${id} .* the outage\n$`));
    assert.equal((await run('unpin', id, '--config', config)).code, 0);
    const unknown = await run('unpin', id, '--config', config);
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, new RegExp(`There is no pin ${id}`));
    assert.equal((await run('pins', '--config', config)).stdout, '');
    assert.match((await run('rebuild', '--config', config)).stdout, /^\d+ roll-ups made anew\.\n$/);

    const copy = join(path, 'copy');
    const backup = await run('backup', copy, '--config', config);
    assert.deepEqual([backup.code, backup.stderr], [0, '']);
    assert.match(backup.stdout, /^\d+ records copied to .*\/copy\. To restore them, /);
    const restored = await openStore({ path: copy });
    assert.equal((await restored.query({ kind: 'cpu' }, EVER)).windows, 1);
    await restored.close();
    const again = await run('backup', copy, '--config', config);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /not empty/);

    const repair = await run('repair', '--config', config);
    if (served) assert.match(repair.stderr, /is held by the process with pid \d+/);
    else assert.deepEqual([repair.code, repair.stdout], [0, 'Nothing is damaged.\n']);
  });
}

test('a wrong call is told before anything is touched', async (t) => {
  const { config } = await prepared(t);
  for (const [args, sentence] of [
    [['pin'], 'pin needs --from DATE'],
    [['pin', '--from', 'soon'], '--from soon is no date'],
    [['pin', '--from', 'now', '--until', '-1h'], 'not after its start'],
    [['unpin'], 'unpin needs the id'],
    [['backup'], 'backup needs a folder'],
    [['rebuild', 'x'], 'rebuild takes no "x"'],
    [['pins', '--note', 'x'], 'pins takes no --from'],
  ] as const) {
    const { code, stderr, stdout } = await run(...args, '--config', config);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.ok(stderr.includes(sentence), stderr);
  }
});

test('a mistyped folder is told, and none is made there', async (t) => {
  const { path, config } = await prepared(t);
  await rm(join(path, 'db'), { recursive: true });
  for (const args of [['repair'], ['pins'], ['rebuild'], ['backup', join(path, 'copy')]]) {
    const { code, stdout, stderr } = await run(...args, '--config', config);
    assert.deepEqual([code, stdout], [1, ''], args[0]);
    assert.match(stderr, /There is no store in .*\/db: give the folder/);
  }
  await assert.rejects(stat(join(path, 'db')), { code: 'ENOENT' });
});
