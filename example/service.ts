// An Express service with a sampler in it, a worker thread and gentle traffic of its own. Tells its port to whoever
// started it.
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import express from 'express';
import { createSampler } from 'liveprofiler-sampler';
import { Basket, forgetBaskets, keepBasket } from './leak.ts';
import { compressArchive, hashPassword, renderPage, reportAsJson, searchText, sortCatalogue } from './work.ts';

const ROUTES = ['/report', '/login', '/page', '/search', '/archive', '/catalogue', '/thumbnails/7'];
const PAUSE_MS = 40;

const sampler = createSampler({
  secret: process.env['PROFILER_TOKEN'] ?? '',
  adminSecret: process.env['ADMIN_TOKEN'] ?? '',
  service: 'shop',
  version: '1.0.0',
  labelRoutes: true,
  memory: { everyMs: 10_000, maxPauseMs: 1000 },
});
sampler.track(Basket);
let leaking = process.env['LEAK'] === '1';
const thumbnails = new Worker(new URL('thumbnails.js', import.meta.url), { name: 'thumbnails' });
const app = express();
app.use(sampler.middleware);
app.get('/report', (_request, response) => void response.type('json').send(reportAsJson()));
app.get('/login', (_request, response) => void response.send(hashPassword('correct horse')));
app.get('/page', (_request, response) => void response.send(renderPage()));
app.get('/search', (_request, response) => void response.send(String(searchText('sku'))));
app.get('/archive', (_request, response) => void response.send(compressArchive()));
app.get('/catalogue', (_request, response) => void response.send(sortCatalogue()));
app.get('/leak', (_request, response) => {
  leaking = !leaking;
  if (!leaking) forgetBaskets();
  response.send(leaking ? 'Every visit leaves a basket behind from now on.' : 'All baskets are gone, and no more are left behind.');
});
app.get('/thumbnails/:id', (_request, response) => {
  thumbnails.once('message', (bytes: number) => void response.send(String(bytes)));
  thumbnails.postMessage('shrink');
});

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port });
  visit(port, 0);
});
process.once('disconnect', () => process.exit());

function visit(port: number, turn: number): void {
  if (leaking) keepBasket(turn);
  get({ port, host: '127.0.0.1', path: ROUTES[turn % ROUTES.length] ?? '/' }, (response) => {
    response.resume();
    response.once('end', () => setTimeout(visit, PAUSE_MS, port, turn + 1));
  }).once('error', () => setTimeout(visit, PAUSE_MS, port, turn + 1));
}
