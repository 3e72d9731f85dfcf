// An Express application that takes, checks, sorts and answers orders as JSON, and an order to send it.
import type { Express } from 'express';
import express from 'express';

export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly items: readonly { readonly sku: string; readonly cents: number }[];
}

/** `before` puts in what comes before its routes, and orders. */
export function ordersApp(before?: (app: Express, orders: Map<number, Order>) => void): Express {
  const orders = new Map<number, Order>();
  const app = express();
  app.use(express.json({ limit: '1mb' }));
  before?.(app, orders);
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
  return app;
}

export function orderOf(turn: number): Order {
  return { id: turn, customer: `customer ${turn % 137}`, items: Array.from({ length: 1 + (turn % 30) }, (_, i) => ({ sku: ` sku-${(turn * 31 + i * 17) % 500}`, cents: (turn * 7919 + i * 104_729) % 10_000 })) };
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
