// Hosts named in a real file, which other programs change while it is read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createSources } from '../../../collector/sources/index.ts';
import type { FileSource } from '../../../collector/target.ts';
import type { Labels } from 'liveprofiler-sampler/wire';
import { createFakeClock } from '../fake-clock.ts';
import { target, until } from '../rig.ts';

const EVERY_MS = 2000;

interface Filed {
  readonly path: string;
  /** As programs should: beside it, then renamed. */
  readonly put: (content: unknown) => Promise<void>;
  readonly names: () => string[];
  readonly labels: () => Labels[];
  /** Looks again; resolves when what was read was taken. */
  readonly look: () => Promise<void>;
  /** How often the hosts were said to be others. */
  readonly changes: () => number;
  readonly told: (level: number) => unknown[];
  readonly metrics: () => Promise<string>;
}

async function filed(t: TestContext, content: unknown, among: readonly string[] = []): Promise<Filed> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-hosts-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'hosts.json');
  const put = async (next: unknown): Promise<void> => {
    await writeFile(`${path}.new`, typeof next === 'string' ? next : JSON.stringify(next));
    await rename(`${path}.new`, path);
  };
  await put(content);
  const clock = createFakeClock();
  const registry = new Registry();
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  let changes = 0;
  const sources = createSources({ clock, log, registry, nameServers: () => assert.fail('no name is asked for'), changed: () => { changes++; } });
  t.after(() => { sources.stop(); });
  const source: FileSource = { kind: 'file', name: 'file:hosts.json', path, secret: 's', labels: { region: 'eu', zone: 'a' } };
  sources.set([source]);
  // The next look is set once what was read was taken.
  const looked = (): Promise<void> => until(() => clock.pending() === 1);
  sources.start();
  await looked();
  return {
    path,
    put,
    names: () => sources.addTo(among.map((name) => target(name, new URL(`http://${name}/liveprofiler`)))).map(({ name }) => name),
    labels: () => sources.addTo([]).map((one) => one.labels),
    async look() {
      clock.advance(EVERY_MS);
      await looked();
    },
    changes: () => changes,
    told: (level) => lines.filter((line) => line['level'] === level).map(({ msg }) => msg),
    metrics: () => registry.metrics(),
  };
}

test('a file that changes is followed, and one that does not changes nothing', async (t) => {
  const { put, names, labels, look, changes, told } = await filed(t, [{ targets: ['web:1', 'web:2'] }]);
  assert.deepEqual([names(), changes()], [['web:1', 'web:2'], 1]);
  await look();
  await put([{ targets: ['web:2', 'web:1'] }]);
  await look();
  await put([{ targets: ['web:2', 'web:3'], labels: { zone: 'b' } }]);
  await look();
  assert.deepEqual([names(), changes()], [['web:2', 'web:3'], 3]);
  assert.deepEqual(labels()[0], { region: 'eu', zone: 'b' }, 'what its group says goes before what its source says');
  await put([]);
  await look();
  assert.deepEqual(names(), []);
  assert.deepEqual(told(40), []);
  assert.equal(told(30).length, 4);
});

test('the other end of a link is followed too, as volumes of containers are changed', async (t) => {
  const { path, names, look } = await filed(t, []);
  await mkdir(`${path}.a`);
  await mkdir(`${path}.b`);
  await writeFile(join(`${path}.a`, 'list'), '[{"targets": ["web:1"]}]');
  await writeFile(join(`${path}.b`, 'list'), '[{"targets": ["web:2"]}]');
  await unlink(path);
  await symlink(`${path}.a`, `${path}.now`);
  await symlink(join(`${path}.now`, 'list'), path);
  await look();
  assert.deepEqual(names(), ['web:1']);
  await symlink(`${path}.b`, `${path}.next`);
  await rename(`${path}.next`, `${path}.now`);
  await look();
  assert.deepEqual(names(), ['web:2']);
});

const whole = JSON.stringify([{ targets: ['web:9'] }]);
for (const [what, spoil, said] of [
  ['is half written', (path: string) => writeFile(path, whole.slice(0, 12)), 'file:hosts.json: The file is not whole JSON. Its hosts stay as they were last known.'],
  ['is emptied', (path: string) => writeFile(path, ''), 'file:hosts.json: The file is not whole JSON. Its hosts stay as they were last known.'],
  ['names nonsense', (path: string) => writeFile(path, '[{"targets": ["web:9", 7, "x"]}]'), 'file:hosts.json: Group 1 has a target that is no text. There is 1 more fault. Its hosts stay as they were last known.'],
  ['is not UTF-8', (path: string) => writeFile(path, Buffer.from([0x22, 0xff, 0x22])), 'file:hosts.json: The file is not UTF-8: save it as such. Its hosts stay as they were last known.'],
  ['is too large', (path: string) => writeFile(path, ' '.repeat(2 ** 20 + 1)), 'file:hosts.json: The file is larger than 1 MiB. Its hosts stay as they were last known.'],
  ['is removed', (path: string) => unlink(path), 'file:hosts.json: There is no such file: check its path. Its hosts stay as they were last known.'],
  ['becomes a folder', async (path: string) => { await unlink(path); await mkdir(path); }, 'file:hosts.json: This is not a plain file. Its hosts stay as they were last known.'],
  ['becomes a pipe that nobody writes to', async (path: string) => { await unlink(path); execFileSync('mkfifo', [path]); }, 'file:hosts.json: This is not a plain file. Its hosts stay as they were last known.'],
] as const) {
  test(`a file that ${what} leaves its hosts, and is told once until it reads well again`, async (t) => {
    const { path, put, names, look, told, metrics } = await filed(t, [{ targets: ['web:1'] }]);
    assert.match(await metrics(), /source_up{source="file:hosts.json"} 1/);
    await spoil(path);
    await look();
    await look();
    assert.deepEqual([names(), told(40)], [['web:1'], [said]]);
    assert.match(await metrics(), /source_up{source="file:hosts.json"} 0/);
    await rm(path, { recursive: true, force: true });
    await put([{ targets: ['web:2'] }]);
    await look();
    assert.deepEqual([names(), told(30).at(-2)], [['web:2'], 'file:hosts.json is well again']);
    assert.match(await metrics(), /source_up{source="file:hosts.json"} 1/);
  });
}

test('hosts that the configuration names come first, and no more than all may be in all', async (t) => {
  const many = Array.from({ length: 9999 }, (_, index) => `h${index}:1`);
  const { names, told } = await filed(t, [{ targets: ['h7:1', 'web:1', 'web:2', 'web:3'] }], many);
  assert.deepEqual([names().length, names().at(-2), names().at(-1)], [10_000, 'h9998:1', 'web:1']);
  assert.deepEqual(told(40), ['these are more than 10000 hosts: those above it are not asked']);
});
