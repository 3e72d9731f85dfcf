// The endpoint inside every framework the README names.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import middie from '@fastify/middie';
import { All, Controller, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import Koa from 'koa';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { SECRET } from './ask.ts';

const FRAMEWORKS: Readonly<Record<string, (sampler: Sampler) => RequestListener | Promise<RequestListener>>> = {
  'bare node:http': (sampler) => (incoming, outgoing) => {
    if (!sampler.handle(incoming, outgoing)) outgoing.end('the service');
  },
  'Express 5': (sampler) => {
    const app = express();
    app.use(sampler.middleware);
    app.use((_request, response) => void response.end('the service'));
    return app as RequestListener;
  },
  'Express 4': (sampler) => {
    const app = express4();
    app.use(sampler.middleware);
    app.use((_request, response) => void response.end('the service'));
    return app as RequestListener;
  },
  Koa: (sampler) => {
    const app = new Koa();
    app.use(sampler.koa);
    app.use((context) => {
      context.body = 'the service';
    });
    const listener = app.callback();
    return (incoming, outgoing) => void listener(incoming, outgoing);
  },
  'Fastify through middie': async (sampler) => {
    const app = fastify();
    await app.register(middie);
    app.use(sampler.middleware);
    app.all('/*', () => 'the service');
    await app.ready();
    return (incoming, outgoing) => {
      app.routing(incoming, outgoing);
    };
  },
  Nest: async (sampler) => {
    class Shop {
      answer(): string {
        return 'the service';
      }
    }
    // Called as functions: decorators are no syntax that Node strips.
    const method = Object.getOwnPropertyDescriptor(Shop.prototype, 'answer');
    assert.ok(method !== undefined);
    All('{*path}')(Shop.prototype, 'answer', method);
    Controller()(Shop);
    Logger.overrideLogger(false);
    const app = await NestFactory.create({ module: Shop, controllers: [Shop] });
    app.use(sampler.middleware);
    await app.init();
    return app.getHttpAdapter().getInstance() as RequestListener;
  },
};

for (const [name, listenerOf] of Object.entries(FRAMEWORKS)) {
  test(`under ${name}: whoever lacks the secret learns nothing, and all other requests pass`, async (t) => {
    const sampler = createSampler({ secret: ['old', SECRET], windowMs: 1000 });
    t.after(() => sampler.stop());
    const server = createServer(await listenerOf(sampler)).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const url = `${origin}/liveprofiler`;
    for (const headers of [{}, { PROFILER_TOKEN: 'wrong' }, { PROFILER_TOKEN: '' }]) {
      const refused = await fetch(url, { headers });
      assert.deepEqual([refused.status, await refused.text()], [403, '']);
    }
    for (const [path, method] of [['/other', 'GET'], ['/liveprofiler/x', 'GET'], ['/liveprofiler', 'POST']] as const) {
      const passed = await fetch(`${origin}${path}`, { method });
      assert.equal(await passed.text(), 'the service');
    }
    for (const header of ['PROFILER_TOKEN', 'profiler-token', 'Profiler-Token']) {
      assert.equal((await fetch(url, { headers: { [header]: SECRET } })).status, 200);
      assert.equal((await fetch(url, { headers: { [header]: 'old' } })).status, 200);
    }
  });
}
