// An Express service that takes, checks, sorts and answers JSON; its clients live in a worker thread.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { orderOf, ordersApp } from './orders.ts';
import { sampled } from './sampled.ts';

const CLIENTS = 4;
const PAUSE_MS = 5;

const PATHS: readonly ((turn: number) => string)[] = [
  () => '/orders',
  () => '/orders',
  () => '/orders',
  (turn) => `/orders/${turn}`,
  (turn) => `/orders/${turn * 7}`,
  () => '/customers',
  (turn) => `/search?sku=sku-${turn % 50}$`,
];
/** The first of them take an order. */
const POSTS = 3;

if (isMainThread) await serve();
else await Promise.all(Array.from({ length: CLIENTS }, (_, client) => visit((workerData as { port: number }).port, client)));

async function serve(): Promise<void> {
  await sampled('express');
  const server = createServer(ordersApp()).listen(0, '127.0.0.1', () => {
    new Worker(new URL(import.meta.url), { workerData: { port: (server.address() as AddressInfo).port } });
  });
}

async function visit(port: number, client: number): Promise<void> {
  for (let turn = client; ; turn += CLIENTS) {
    const path = turn % PATHS.length;
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(orderOf(turn)) };
    const answer = await fetch(`http://127.0.0.1:${port}${PATHS[path]?.(turn) ?? '/'}`, path < POSTS ? post : {});
    await answer.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
