// Express with JSON and crypto: orders are taken, sorted, searched and signed; each request awaits a few things.
import { createHmac, pbkdf2Sync } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { orderOf, ordersApp } from '../../store/programs/orders.ts';

const KEY = 'a key of the bench';
const KNOWN_ORDERS = 2000;
const ITERATIONS = 1000;

export function service(): Server {
  return createServer(
    ordersApp((app, orders) => {
      for (let turn = 0; turn < KNOWN_ORDERS; turn++) orders.set(turn, orderOf(turn));
      app.use(async (request, response, next) => {
        const session = await sessionOf(request.headers['x-session']);
        response.setHeader('x-user', await nameOf(session));
        next();
      });
      app.get('/orders/:id/signature', async (request, response) => {
        await turn();
        const order = orders.get(Number(request.params.id) % 2000) ?? {};
        response.json({ signature: createHmac('sha256', KEY).update(JSON.stringify(order)).digest('hex'), seal: pbkdf2Sync(request.params.id, KEY, ITERATIONS, 32, 'sha256').toString('hex') });
      });
    }),
  );
}

async function sessionOf(cookie: unknown): Promise<string> {
  await turn();
  return typeof cookie === 'string' ? cookie : 'nobody';
}

async function nameOf(session: string): Promise<string> {
  await Promise.resolve();
  return createHmac('sha256', KEY).update(session).digest('base64url');
}
