// Requests that never end: what labels hold on to goes with their sockets, whether somebody samples or not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Koa from 'koa';
import { createSampler } from 'liveprofiler-sampler';
import { afterwards } from '../cleanup.ts';
import { effort } from '../effort.ts';
import { SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

const REQUESTS = effort(1000, 20_000);
const AT_ONCE = 100;
/** What the last ones leave on the stack, in caches and in the open slice. */
const FEW = 5;
const GIVE_UP_MS = 15_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

for (const sampling of [true, false]) {
  test(`thousands of requests that never end leave nothing behind when their sockets are closed${sampling ? '' : ', nor while sampling is paused'}`, { timeout: 120_000 }, async (t) => {
    const sampler = createSampler({ secret: SECRET, intervalUs: 1000, windowMs: 1000, labelRoutes: true });
    afterwards(t, () => sampler.stop());
    if (!sampling) sampler.pause();
    // The labels of a request hold its context, because that is where Koa tells the route.
    const contexts: WeakRef<object>[] = [];
    const app = new Koa();
    app.use(sampler.koa);
    app.use(async (context) => {
      contexts.push(new WeakRef(context));
      spinFor(0.3);
      await pause(1);
      sampler.withLabels({ tenant: String(contexts.length) }, () => { spinFor(0.3); });
      await new Promise(() => undefined);
    });
    const callback = app.callback();
    const server = createServer((request, response) => void callback(request, response)).listen(0, '127.0.0.1');
    afterwards(t, () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    while (contexts.length < REQUESTS) {
      const [before, sockets] = [contexts.length, Array.from({ length: AT_ONCE }, () => connect(port, '127.0.0.1').on('error', () => undefined))];
      for (const socket of sockets) socket.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
      while (contexts.length < before + AT_ONCE) await pause(5);
      await Promise.all(sockets.map((socket) => { const closed = once(socket, 'close');
        socket.destroy();
        return closed;
      }));
    }
    let left = contexts.length;
    for (const giveUpMs = Date.now() + GIVE_UP_MS; left > FEW && Date.now() < giveUpMs; ) {
      await pause(100);
      collectGarbage();
      left = contexts.filter((context) => context.deref() !== undefined).length;
    }
    assert.ok(left <= FEW, `${left} of ${contexts.length} requests are held`);
  });
}
