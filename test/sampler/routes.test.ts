// Which route burns the CPU: real frameworks under interleaved requests, each route with work of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import Router from '@koa/router';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import Koa from 'koa';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler, SamplerOptions } from 'liveprofiler-sampler';
import type { Labels, WireProcess } from 'liveprofiler-sampler/wire';
import { afterwards } from '../cleanup.ts';
import { askWire, SECRET } from './ask.ts';
import { spinFor } from './spin.ts';

function showUser(): string { spinFor(2); return 'user'; }
function placeOrder(): string { spinFor(2); return 'order'; }

/** Over timers, setImmediate, streams and promises. */
async function inTurns(work: () => string): Promise<string> {
  work();
  await pause(1);
  work();
  await turn();
  await pipeline(Readable.from([work]), async (works) => { for await (const one of works) (one as typeof work)(); });
  return work();
}

interface Framework {
  readonly labelRoutes: SamplerOptions['labelRoutes'];
  readonly user: Labels;
  readonly order: Labels;
  listener(sampler: Sampler): RequestListener | Promise<RequestListener>;
}

const PATTERNS = { user: { method: 'GET', route: '/users/:id' }, order: { method: 'POST', route: '/api/orders' } };

function expressApp(make: typeof express): RequestListener {
  const app = make();
  app.use((_request, _response, next) => { setTimeout(next, 1); });
  app.get('/users/:id', (_request, response, next) => { inTurns(showUser).then((text) => response.send(text)).catch(next); });
  const api = make.Router();
  api.post('/orders', (_request, response, next) => { inTurns(placeOrder).then((text) => response.send(text)).catch(next); });
  app.use('/api', api);
  return app;
}

const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  'Express 5': { ...PATTERNS, labelRoutes: true, listener: () => expressApp(express) },
  'Express 4': { ...PATTERNS, labelRoutes: true, listener: () => expressApp(express4) },
  Fastify: {
    ...PATTERNS,
    labelRoutes: true,
    async listener() {
      const app = fastify();
      app.get('/users/:id', () => inTurns(showUser));
      await app.register((api, _options, done) => { api.post('/orders', () => inTurns(placeOrder)); done(); }, { prefix: '/api' });
      await app.ready();
      return (request, response) => { app.routing(request, response); };
    },
  },
  'Koa with its router': {
    ...PATTERNS,
    labelRoutes: true,
    listener(sampler) {
      const app = new Koa();
      app.use(sampler.koa);
      const router = new Router();
      router.get('/users/:id', async (context) => { context.body = await inTurns(showUser); });
      router.post('/api/orders', async (context) => { context.body = await inTurns(placeOrder); });
      app.use(router.routes());
      const callback = app.callback();
      return (request, response) => void callback(request, response);
    },
  },
  'bare node:http, by a function': {
    user: { method: 'GET', route: 'user' },
    order: { method: 'POST' },
    labelRoutes(request) {
      if (request.url === '/users/7') return 'user';
      throw new Error('no such route');
    },
    listener: () => (request, response) => { void inTurns(request.method === 'GET' ? showUser : placeOrder).then((text) => response.end(text)); },
  },
};

/** Label sets that samples of `name` carry, with their number. */
function setsOf({ windows, frames, stacks, labelSets }: WireProcess, name: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { rows } of windows) {
    rows.stack.forEach((stack, row) => {
      for (let at = stack; at > 0; at = stacks.parent[at] ?? 0) {
        if (frames[stacks.frame[at] ?? 0]?.name !== name) continue;
        const key = JSON.stringify(labelSets[rows.labels[row] ?? 0]);
        found.set(key, (found.get(key) ?? 0) + (rows.count[row] ?? 0));
        return;
      }
    });
  }
  return found;
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  afterwards(t, () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const [name, framework] of Object.entries(FRAMEWORKS)) {
  test(`under ${name} every sample carries the route and the method of its request`, async (t) => {
    const sampler = createSampler({ secret: SECRET, intervalUs: 1000, ...(framework.labelRoutes === undefined ? {} : { labelRoutes: framework.labelRoutes }) });
    afterwards(t, () => sampler.stop());
    const url = await serve(t, await framework.listener(sampler));
    const { port } = await sampler.listen({ port: 0 });
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all([fetch(`${url}/users/7`), fetch(`${url}/api/orders`, { method: 'POST' }), fetch(`${url}/users/7`)]);
      assert.deepEqual(await Promise.all(answers.map((answer) => answer.text())), ['user', 'order', 'user']);
    }
    sampler.pause();
    const [process] = (await askWire(port)).processes;
    assert.ok(process !== undefined);
    for (const [work, labels] of [['showUser', framework.user], ['placeOrder', framework.order]] as const) {
      const sets = setsOf(process, work);
      assert.deepEqual([...sets.keys()], [JSON.stringify(labels)], JSON.stringify([...sets]));
      assert.ok((sets.get(JSON.stringify(labels)) ?? 0) > 50);
    }
  });
}

test('a request is no object of its own kind for being watched, tells the route that it took last, and keeps it when the sampler stops', async (t) => {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000, labelRoutes: true });
  afterwards(t, () => sampler.stop());
  const seen: unknown[] = [];
  const app = express();
  app.all('/users/{*rest}', (_request, _response, next) => { next(); });
  app.get('/users/:id', (request, response, next) => {
    for (let times = 0; times < 100; times++) showUser();
    seen.push(Object.getOwnPropertyDescriptor(request, 'route'), (request.route as { path: string }).path);
    sampler.pause();
    sampler.stop().then(() => {
      seen.push((request.route as { path: string }).path);
      response.send('user');
    }).catch(next);
  });
  const url = await serve(t, app);
  const second = createSampler({ secret: SECRET, intervalUs: 1000, labelRoutes: true });
  afterwards(t, () => second.stop());
  const { port } = await second.listen({ port: 0 });
  assert.equal(await (await fetch(`${url}/users/7`)).text(), 'user');
  assert.deepEqual(seen, [undefined, '/users/:id', '/users/:id']);
  second.pause();
  const [process] = (await askWire(port)).processes;
  assert.ok(process !== undefined);
  assert.deepEqual([...setsOf(process, 'showUser').keys()], ['{"method":"GET","route":"/users/:id"}']);
});

test('without labelRoutes nothing is labelled', async (t) => {
  const sampler = createSampler({ secret: SECRET, intervalUs: 1000 });
  afterwards(t, () => sampler.stop());
  const url = await serve(t, expressApp(express));
  const { port } = await sampler.listen({ port: 0 });
  for (let round = 0; round < 10; round++) await (await fetch(`${url}/users/7`)).text();
  sampler.pause();
  const [process] = (await askWire(port)).processes;
  assert.deepEqual(process?.labelSets, [{}]);
});

for (const [name, make] of [['5', express], ['4', express4]] as const) {
  test(`a router of Express ${name} that is mounted on a pattern makes one route of all that the pattern matches`, async (t) => {
    const sampler = createSampler({ secret: SECRET, intervalUs: 1000, labelRoutes: true });
    afterwards(t, () => sampler.stop());
    const [app, orders] = [make(), make.Router()];
    orders.get('/orders/:no', (_request, response) => { response.send(showUser()); });
    app.use('/shops/:shop', orders);
    const url = await serve(t, app as RequestListener);
    const { port } = await sampler.listen({ port: 0 });
    for (let round = 0; round < 30; round++) assert.equal(await (await fetch(`${url}/shops/${round % 2 === 0 ? round : `a%20${round}`}/orders/7`)).text(), 'user');
    sampler.pause();
    const [process] = (await askWire(port)).processes;
    assert.ok(process !== undefined);
    assert.deepEqual([...setsOf(process, 'showUser').keys()], [JSON.stringify({ method: 'GET', route: '/shops/:shop/orders/:no' })]);
  });
}
