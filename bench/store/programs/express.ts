// An Express service that takes, checks, sorts and answers JSON; its clients live in a worker thread.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import express from 'express';
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

interface Order {
  readonly id: number;
  readonly customer: string;
  readonly items: readonly { readonly sku: string; readonly cents: number }[];
}

if (isMainThread) await serve();
else await Promise.all(Array.from({ length: CLIENTS }, (_, client) => visit((workerData as { port: number }).port, client)));

async function serve(): Promise<void> {
  const orders = new Map<number, Order>();
  const app = express();
  app.use(express.json({ limit: '1mb' }));
  app.post('/orders', (request, response) => {
    const order = checkOrder(request.body);
    orders.set(order.id % 2000, order);
    response.status(201).json({ id: order.id, cents: totalOf(order) });
  });
  app.get('/orders/:id', (request, response) => {
    const order = orders.get(Number(request.params.id) % 2000);
    if (order === undefined) response.status(404).json({ error: 'there is no such order' });
    else response.json(order);
  });
  app.get('/customers', (_request, response) => void response.json(bestCustomers([...orders.values()])));
  app.get('/search', (request, response) => void response.json(searchOrders([...orders.values()], typeof request.query['sku'] === 'string' ? request.query['sku'] : '')));
  await sampled('express');
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    new Worker(new URL(import.meta.url), { workerData: { port: (server.address() as AddressInfo).port } });
  });
}

function checkOrder(body: unknown): Order {
  const { id, customer, items } = body as Order;
  if (!Number.isSafeInteger(id) || typeof customer !== 'string' || !Array.isArray(items)) throw new TypeError('this is no order');
  return { id, customer, items: (items as Order['items']).map(({ sku, cents }) => ({ sku: sku.trim().toUpperCase(), cents: Math.round(cents) })) };
}

function totalOf({ items }: Order): number {
  return items.reduce((sum, { cents }) => sum + cents, 0);
}

function bestCustomers(orders: readonly Order[]): { customer: string; cents: number }[] {
  const totals = new Map<string, number>();
  for (const order of orders) totals.set(order.customer, (totals.get(order.customer) ?? 0) + totalOf(order));
  return [...totals].map(([customer, cents]) => ({ customer, cents })).sort((a, b) => b.cents - a.cents || a.customer.localeCompare(b.customer)).slice(0, 20);
}

function searchOrders(orders: readonly Order[], sku: string): Order[] {
  const pattern = new RegExp(sku, 'i');
  return orders.filter(({ items }) => items.some((item) => pattern.test(item.sku))).slice(0, 50);
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

function orderOf(turn: number): Order {
  return { id: turn, customer: `customer ${turn % 137}`, items: Array.from({ length: 1 + (turn % 30) }, (_, i) => ({ sku: ` sku-${(turn * 31 + i * 17) % 500}`, cents: (turn * 7919 + i * 104_729) % 10_000 })) };
}
