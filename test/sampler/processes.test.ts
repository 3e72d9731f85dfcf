// Samplers in processes of their own: several behind one port, and one that may have no inspector.
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { askWire } from './ask.ts';

test('behind one port every process of a cluster answers as its own boot, and the cursor keeps them apart', async (t) => {
  const primary = fork(fileURLToPath(new URL('cluster-child.js', import.meta.url)));
  // Workers of a cluster end when their primary is gone.
  t.after(() => primary.kill('SIGKILL'));
  const [port] = (await once(primary, 'message')) as [number];
  const seqs = new Map<string, number>();
  let cursor = '';
  let windows = 0;
  for (const untilMs = Date.now() + 30_000; (seqs.size < 3 || windows < 9) && Date.now() < untilMs; ) {
    const answer = await askWire(port, cursor);
    cursor = answer.cursor;
    const [process] = answer.processes;
    assert.ok(process !== undefined);
    for (const { firstSeq, lastSeq } of process.windows) {
      assert.equal(firstSeq, (seqs.get(process.boot) ?? 0) + 1, 'a window came twice or was skipped');
      seqs.set(process.boot, lastSeq);
      windows++;
    }
  }
  assert.equal(seqs.size, 3);
  assert.ok(windows >= 9);
});

test('without an inspector the service runs, and the endpoint says why there is nothing', async () => {
  const flag = Number(process.versions.node.split('.')[0]) < 22 ? '--experimental-permission' : '--permission';
  const script = `
    const { createSampler } = require('liveprofiler-sampler');
    const sampler = createSampler({ secret: 's' });
    const answer = { setHeader() {}, end(body) { process.stdout.write(body) } };
    sampler.handle({ method: 'GET', url: '/other', headers: {} }, answer) || process.stdout.write('passed ');
    sampler.handle({ method: 'GET', url: '/liveprofiler?after=', headers: { profiler_token: 's' } }, answer);`;
  const child = spawn(process.execPath, [flag, '--allow-fs-read=*', '-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)) });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, errors);
  assert.match(out, /^passed \{.*"state":"disabled","reason":"[^"]*inspector here: [^"]+"/);
});
