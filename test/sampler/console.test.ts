// V8 keeps what is logged for a connected session; a sampled service must not grow by it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

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
      await pause(2500);
      gc();
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
