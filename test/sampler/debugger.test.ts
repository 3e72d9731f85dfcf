// A real debugger attaches to a sampled service over --inspect, halts it, profiles in its own way, and breaks off.
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { allWindows, askWire, assertConserved, costOf, costWhen, weightOf } from './ask.ts';

test('a debugger from outside profiles, halts, ends our profile and breaks off; every microsecond stays accounted for', { timeout: 60_000 }, async (t) => {
  const service = fork(fileURLToPath(new URL('debugger-child.js', import.meta.url)), { execArgv: ['--inspect=0'], stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
  t.after(() => service.kill('SIGKILL'));
  const [{ url, port }] = (await once(service, 'message')) as [{ url: string; port: number }];

  // Node 20 and 21 have a WebSocket behind a flag only.
  const flags = 'WebSocket' in globalThis ? [] : ['--experimental-websocket'];
  const client = spawn(process.execPath, [...flags, fileURLToPath(new URL('debugger-client.js', import.meta.url)), url], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => client.kill('SIGKILL'));
  let [out, errors] = ['', ''];
  client.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  client.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(client, 'close')) as [number];
  assert.equal(code, 0, errors);
  const { samples, haltedMs } = JSON.parse(out) as { samples: number; haltedMs: number };
  assert.ok(samples > 100 && haltedMs > 1000, out);

  const before = await askWire(port);
  const mended = await costOf(port);
  assert.ok((mended.recoveries['foreignProfileEnd'] ?? 0) >= 1, JSON.stringify(mended.recoveries));
  await costWhen(port, ({ slices }) => slices >= mended.slices + 3);
  service.send('pause');
  await once(service, 'message');
  const windows = await allWindows(port);
  assertConserved(windows);
  const [busy, dropped] = [windows.reduce((sum, window) => sum + weightOf(window), 0), windows.reduce((sum, window) => sum + window.dropped.weight, 0)];
  assert.ok(busy > haltedMs * 1000 && dropped < busy / 3, `busy ${busy}, dropped ${dropped} µs`);
  const after = await askWire(port, before.cursor);
  assert.ok(after.processes[0]?.windows.some((window) => weightOf(window) > 0 && window.dropped.weight === 0), 'nothing is sampled after the debugger left');
});
