// The example service's routes, asked one after the other by clients in the same process, as it asks itself.
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { compressArchive, hashPassword, renderPage, reportAsJson, searchText, sortCatalogue } from '../../../example/work.ts';
import { sampled } from './sampled.ts';

const PAUSE_MS = 40;
const WORK: Readonly<Record<string, () => string>> = {
  '/report': reportAsJson,
  '/login': () => hashPassword('correct horse'),
  '/page': renderPage,
  '/search': () => String(searchText('sku')),
  '/archive': compressArchive,
  '/catalogue': sortCatalogue,
};
const ROUTES = Object.keys(WORK);

const app = express();
for (const [route, work] of Object.entries(WORK)) app.get(route, (_request, response) => void response.send(work()));
await sampled('example');
const server = createServer(app).listen(0, '127.0.0.1', () => {
  visit((server.address() as AddressInfo).port, 0);
});

function visit(port: number, turn: number): void {
  get({ port, host: '127.0.0.1', path: ROUTES[turn % ROUTES.length] ?? '/' }, (response) => {
    response.resume();
    response.once('end', () => setTimeout(visit, PAUSE_MS, port, turn + 1));
  });
}
