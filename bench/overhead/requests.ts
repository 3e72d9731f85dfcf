// What the clients ask of each service, as bytes, and how many ask at once.
import { orderOf } from '../store/programs/orders.ts';
import type { ServiceName } from './variants.ts';

export interface Load {
  readonly connections: number;
  readonly requests: readonly Buffer[];
}

const ORDERS = 210;

export const LOADS: Readonly<Record<ServiceName, Load>> = {
  express: { connections: 8, requests: Array.from({ length: ORDERS }, (_, turn) => orderRequest(turn)) },
  renderer: { connections: 4, requests: Array.from({ length: 100 }, (_, page) => get(`/page/${page}`)) },
  waiting: { connections: 64, requests: ['/users', '/users/7', '/health', '/carts/12'].map(get) },
};

function orderRequest(turn: number): Buffer {
  if (turn % 3 === 0) return post('/orders', orderOf(turn));
  const known = turn - (turn % 3);
  if (turn % 3 === 1) return get(`/orders/${known}`);
  if (turn % 21 === 2) return get('/customers');
  if (turn % 21 === 11) return get(`/search?sku=sku-${turn % 50}$`);
  return get(`/orders/${known}/signature`);
}

function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: bench\r\nx-session: bench\r\n\r\n`);
}

function post(path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: bench\r\nx-session: bench\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
