// pprof from the windows at hand, read by the library of its format and, where it is installed, by Go's own tool.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { createSampler } from 'liveprofiler-sampler';
import { goPprof } from '../visualizer/go.ts';
import { allWindows, SECRET, weightOf } from './ask.ts';
import { spinFor } from './spin.ts';

const PATH = '/debug/pprof/profile';

function burnsMost(): void { spinFor(6); }

function before(): void { spinFor(100); }

function lately(): void { spinFor(1100); }

async function sampled(t: TestContext): Promise<number> {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  for (let i = 0; i < 60; i++) {
    sampler.withLabels({ tenant: 'acme' }, burnsMost);
    await turn();
  }
  sampler.pause();
  return port;
}

async function ask(port: number, query = '', headers: Record<string, string> = { authorization: `Bearer ${SECRET}` }): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${PATH}${query}`, { headers });
}

test('it holds what the windows hold, to the nanosecond and the sample, with labels and names', async (t) => {
  const port = await sampled(t);
  const response = await ask(port, '?seconds=60');
  assert.deepEqual([response.status, response.headers.get('content-type'), response.headers.get('content-encoding')], [200, 'application/octet-stream', null]);
  const { sample, stringTable, function: functions, durationNanos, sampleType } = Profile.decode(gunzipSync(Buffer.from(await response.arrayBuffer())));
  const windows = await allWindows(port);
  const sum = (index: number): number => sample.reduce((all, { value }) => all + Number(value[index]), 0);
  assert.equal(sum(1), windows.reduce((all, window) => all + weightOf(window), 0) * 1000);
  assert.equal(sum(0), windows.reduce((all, { rows }) => all + rows.count.reduce((a, b) => a + b, 0), 0));
  assert.deepEqual(sampleType.map(({ type, unit }) => [stringTable.strings[Number(type)], stringTable.strings[Number(unit)]]), [['samples', 'count'], ['cpu', 'nanoseconds']]);
  assert.equal(Number(durationNanos), ((windows.at(-1)?.endUs ?? 0) - (windows[0]?.startUs ?? 0)) * 1000);
  assert.ok(functions.some(({ name }) => stringTable.strings[Number(name)] === 'burnsMost'));
  const labels = new Set(sample.flatMap(({ label }) => label.map(({ key, str }) => `${stringTable.strings[Number(key)] ?? ''}=${stringTable.strings[Number(str)] ?? ''}`)));
  assert.deepEqual([...labels].sort(), ['tenant=acme', 'thread=main']);
});

test('seconds= takes the windows of the last seconds alone', async (t) => {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000 });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  for (const work of [before, lately]) {
    sampler.resume();
    work();
    await turn();
    sampler.pause();
  }
  const names = async (seconds: number): Promise<string[]> => {
    const { stringTable } = Profile.decode(gunzipSync(Buffer.from(await (await ask(port, `?seconds=${seconds}`)).arrayBuffer())));
    return ['before', 'lately'].filter((name) => stringTable.strings.includes(name));
  };
  assert.deepEqual(await names(60), ['before', 'lately']);
  assert.deepEqual(await names(1), ['lately']);
});

test('whoever lacks the secret learns nothing; a wrong query is a sentence; the own header counts too', async (t) => {
  const port = await sampled(t);
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${SECRET}`]) assert.equal((await ask(port, '', { authorization })).status, 403);
  assert.equal((await ask(port, '', { PROFILER_TOKEN: SECRET })).status, 200);
  for (const seconds of ['0', '-1', '1.5', 'x', '99999']) {
    const refused = await ask(port, `?seconds=${seconds}`);
    assert.deepEqual([refused.status, await refused.text()], [400, 'seconds= takes a whole number from 1 to 86400.\n']);
  }
});

test('a service that answers there itself does so for all who bring no secret of the sampler', async (t) => {
  const sampler = createSampler({ secret: SECRET });
  const server = createServer((request, response) => {
    if (!sampler.handle(request, response)) response.end('the service itself');
  }).listen(0, '127.0.0.1');
  t.after(async () => {
    server.close();
    await sampler.stop();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await (await ask(port, '', { authorization: 'Bearer of the service' })).text(), 'the service itself');
  assert.equal((await ask(port)).headers.get('content-type'), 'application/octet-stream');
});

test('go tool pprof reads it', async (t) => {
  const goTool = goPprof();
  if (goTool === undefined) {
    t.skip('go is not installed');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-pprof-'));
  t.after(() => { rmSync(folder, { recursive: true }); });
  const file = join(folder, 'profile.pb.gz');
  writeFileSync(file, Buffer.from(await (await ask(await sampled(t))).arrayBuffer()));
  const told = goTool(file, '-top', '-cum');
  assert.match(told, /Type: cpu/);
  assert.match(told, /burnsMost/);
});
