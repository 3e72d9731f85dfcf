// Hosts for tests: real servers on port 0, over HTTP or bare TCP, closed with the test.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface TestHost {
  readonly url: URL;
  readonly port: number;
  /** What was asked, in order. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export async function serveHttp(t: TestContext, answer: RequestListener, server: Server = createServer()): Promise<TestHost> {
  const requests: IncomingMessage[] = [];
  server.on('request', (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  return { requests, ...(await listen(t, server)) };
}

/** Each connection gets `behave`; sockets are destroyed with the test. */
export async function serveTcp(t: TestContext, behave: (socket: Socket) => void): Promise<TestHost> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    behave(socket);
  });
  return { requests: [], ...(await listen(t, server)) };
}

/** Answers every request with these bytes, as they are, then calls `then`. */
export function serveBytes(t: TestContext, bytes: string | Buffer, then: (socket: Socket) => void = () => undefined): Promise<TestHost> {
  return serveTcp(t, (socket) => {
    socket.once('data', () => {
      socket.write(bytes);
      then(socket);
    });
  });
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(t: TestContext, server: TcpServer): Promise<Omit<TestHost, 'requests'>> {
  const sockets = new Set<Socket>();
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
  }
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  t.after(close);
  return { url: new URL(`http://127.0.0.1:${port}/liveprofiler`), port, close };
}
