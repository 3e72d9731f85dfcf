// V8 keeps what is logged for a connected session; a sampled service must neither grow nor pay for it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import inspector from 'node:inspector';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSampler } from 'liveprofiler-sampler';

test('what a service logs is let go while it is sampled', async () => {
  const script = `
    const { createSampler } = require('liveprofiler-sampler');
    const { setTimeout: pause } = require('node:timers/promises');
    (async () => {
      const sampler = createSampler({ secret: 's' });
      const sink = process.stderr.write;
      process.stderr.write = () => true;
      for (let i = 0; i < 200; i++) {
        console.error(String(i), { kept: new Array(131072).fill(i) }.kept.length, new Array(131072).fill(i + 0.5));
        if (i % 20 === 0) await pause(60);
      }
      // The slices to come let go of it: soon, on a machine that has time.
      for (let turn = 0; turn < 60; turn++) {
        await pause(500);
        gc();
        if (process.memoryUsage().heapUsed < 60 * 2 ** 20) break;
      }
      process.stderr.write = sink;
      process.stdout.write(String(process.memoryUsage().heapUsed));
      await sampler.stop();
    })();`;
  const child = spawn(process.execPath, ['--expose-gc', '-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)) });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, errors);
  const heapMb = Number(out) / 2 ** 20;
  assert.ok(heapMb > 0 && heapMb < 60, `200 MB were logged, ${heapMb.toFixed(0)} MB are held`);
});

/** The global console, as others get hold of it. */
const shared = globalThis.console as unknown as Record<string, unknown>;

test('a sampled service logs by way of Node alone, in the same words, and gets its console back as it was', async () => {
  const before = { ...shared };
  const sampler = createSampler({ secret: 's' });
  const during = { ...shared };
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: unknown) => written.push(String(text)) > 0;
  const call = (method: string, ...parameters: unknown[]): void => { (shared[method] as (...given: unknown[]) => void)(...parameters); };
  call('group', 'outer');
  call('log', '%s is %d', 'one', 1, { a: [1] });
  call('groupEnd');
  process.stdout.write = write;
  await sampler.stop();
  assert.notEqual(during['log'], before['log']);
  assert.deepEqual(written, ['outer\n', '  one is 1 { a: [ 1 ] }\n']);
  assert.equal((during['log'] as () => void).name, 'log');
  assert.deepEqual({ ...shared }, before);
});

test('a console that others have put something into keeps it', async () => {
  const { warn, error } = shared;
  const early = (): void => undefined;
  const late = (): void => undefined;
  shared['warn'] = early;
  const sampler = createSampler({ secret: 's' });
  assert.equal(shared['warn'], early);
  shared['error'] = late;
  await sampler.stop();
  assert.equal(shared['error'], late);
  Object.assign(shared, { warn, error });
});

test('while a debugger listens it is told what is logged', async () => {
  const { log } = shared;
  const sampler = createSampler({ secret: 's' });
  assert.notEqual(shared['log'], log);
  inspector.open(0);
  while (shared['log'] !== log) await pause(50);
  inspector.close();
  while (shared['log'] === log) await pause(50);
  await sampler.stop();
  assert.equal(shared['log'], log);
});
