// What others see of a process that serves: its log, the way to pull by cron, its health and its metrics.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { serveHttp } from '../collector/servers.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { folder, iniFor, serve, write } from './command.ts';

/** Clears the screen, colours what follows, forges a line, turns text around, hides some. */
const HOSTILE = '\u001b[2J\u009b31m\r\n{"level":30,"msg":"forged"}\u2028\u202eabc\u200b\u{e0041}\u007f';

test('nothing that a host says steers a terminal or forges a line of the log', async (t) => {
  const script = createScriptedHost({ secret: 'token' });
  const host = await serveHttp(t, (request, response) => {
    const answer = script.tell('');
    const [process] = answer.processes;
    assert.equal(request.headers['profiler_token'], 'token');
    response.end(JSON.stringify({ ...answer, processes: [{ ...process, state: 'disabled', reason: HOSTILE, labels: { service: HOSTILE, version: HOSTILE } }] }));
  });
  const serving = await serve(t, await write(await folder(t), iniFor(host.port)));
  const raw: Buffer[] = [];
  serving.child.stdout?.on('data', (chunk: Buffer) => raw.push(chunk));
  const { msg, host: name } = await serving.told(/is disabled/);
  assert.equal(name, `127.0.0.1:${host.port}`);
  assert.ok(msg.includes(HOSTILE), 'as it was said, for those who read the JSON');
  while (raw.length === 0) await pause(10);
  const text = Buffer.concat(raw).toString('utf8');
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.ok(text.trimEnd().split('\n').every((line) => (JSON.parse(line) as { msg: string }).msg !== 'forged'));
});

test('a line when a host’s state changes, none per pull', async (t) => {
  const script = createScriptedHost({ secret: 'token' });
  let broken = false;
  const host = await serveHttp(t, (request, response) => {
    if (broken) response.writeHead(500).end();
    else script.answer(request, response);
  });
  const serving = await serve(t, await write(await folder(t), iniFor(host.port).replace('200ms', '1s')));
  const pulls = async (many: number): Promise<void> => {
    const before = host.requests.length;
    while (host.requests.length < before + many) await pause(20);
  };
  script.finish(1);
  await pulls(2);
  broken = true;
  await pulls(2);
  broken = false;
  script.finish(1);
  await pulls(2);
  const states = serving.lines().filter((line) => line['host'] !== undefined).map(({ from, state }) => [from, state]);
  assert.deepEqual(states, [['new', 'up'], ['up', 'down'], ['down', 'up']]);
});

test('/collector/ pulls all hosts now and says how much came; metrics and health stand beside it', async (t) => {
  const script = createScriptedHost({ secret: 'token' });
  const host = await serveHttp(t, script.answer);
  const { url, told } = await serve(t, await write(await folder(t), iniFor(host.port).replace('200ms', '1h')));
  const collect = async (): Promise<unknown> => (await fetch(`${url}collector/`)).json();
  await told(/host up/);
  script.finish(3);
  assert.deepEqual(await collect(), { stacks_collected: 6 });
  assert.deepEqual(await collect(), { stacks_collected: 0 });
  const metrics = await (await fetch(`${url}metrics`)).text();
  assert.match(metrics, new RegExp(`^liveprofiler_windows_total\\{host="127\\.0\\.0\\.1:${host.port}"\\} 3$`, 'm'));
  assert.match(metrics, new RegExp(`^liveprofiler_pulls_total\\{host="127\\.0\\.0\\.1:${host.port}"\\} 3$`, 'm'));
  assert.match(metrics, /^liveprofiler_store_up 1$/m);
  assert.match(metrics, /^liveprofiler_store_bytes [1-9]\d+$/m);
  assert.equal((await fetch(`${url}healthz`)).status, 200);
});
