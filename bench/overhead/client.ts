// The clients, in a process of their own: so many connections, each of which asks again as soon as it is answered.
// They know just enough of HTTP to take little of the machine.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { quantile } from '../store/figures.ts';
import { LOADS } from './requests.ts';
import type { ServiceName } from './variants.ts';

/** Ends after so many requests or after so long. */
export interface Visit {
  readonly port: number;
  readonly service: ServiceName;
  readonly requests?: number;
  readonly forMs?: number;
}

export interface Visited {
  readonly requests: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

process.on('message', (order: Visit) => {
  visit(order).then((visited) => process.send?.(visited), (error: unknown) => process.send?.({ failed: String(error) }));
});
process.once('disconnect', () => process.exit());

async function visit({ port, service, requests: most = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY }: Visit): Promise<Visited> {
  const { connections, requests } = LOADS[service];
  const latenciesMs: number[] = [];
  let asked = 0;
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  const startMs = performance.now();
  const next = (): Buffer | undefined => (asked < most && performance.now() - startMs < forMs ? requests[asked++ % requests.length] : undefined);
  try {
    await Promise.all(sockets.map((socket) => askInTurn(socket, next, latenciesMs)));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return { requests: latenciesMs.length, elapsedMs: performance.now() - startMs, p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function askInTurn(socket: Socket, next: () => Buffer | undefined, latenciesMs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let askedMs = 0;
    let received = 0;
    let wanted: number | undefined;
    const ask = (): void => {
      const request = next();
      if (request === undefined) {
        resolve();
        return;
      }
      received = 0;
      wanted = undefined;
      askedMs = performance.now();
      socket.write(request);
    };
    socket.on('data', (chunk: Buffer) => {
      if (wanted === undefined) {
        const head = chunk.toString('latin1', 0, 1024);
        const headEnd = head.indexOf('\r\n\r\n');
        const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 20') || headEnd < 0 || length === undefined) {
          reject(new Error(`the service answered ${head.slice(0, 80)}`));
          return;
        }
        wanted = headEnd + 4 + Number(length);
      }
      received += chunk.length;
      if (received < wanted) return;
      latenciesMs.push(performance.now() - askedMs);
      ask();
    });
    socket.once('error', reject);
    socket.once('close', () => { reject(new Error('the service closed a connection')); });
    ask();
  });
}
