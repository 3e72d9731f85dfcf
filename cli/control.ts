// How other commands reach the process that holds the store: a socket in the folder itself, for its owner alone. One
// JSON line asks; lines of progress and one of the outcome answer.
import { chmod, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface Request {
  readonly command: string;
  readonly args: readonly string[];
}

export type Tell = (progress: string) => void;

interface Reply {
  readonly progress?: string;
  readonly done?: string;
  readonly failed?: string;
}

/** Longest path of a socket, on the systems that allow least. */
const MAX_SOCKET_PATH = 100;

export interface Control {
  /** Requests that run are answered; whoever has asked nothing yet is sent away, and holds up no end. */
  close(): void;
}

/** Serves requests until it is closed. `run` resolves to what to say. */
export async function listenForControl(folder: string, run: (request: Request, tell: Tell) => Promise<string>): Promise<Control> {
  const silent = new Set<Socket>();
  const server = createServer((socket) => {
    silent.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => silent.delete(socket));
    const lines = createInterface({ input: socket });
    lines.once('line', (line) => {
      silent.delete(socket);
      void answer(socket, line, run);
    });
  });
  const path = socketOf(folder);
  // What holds the folder now is this process: a socket there was left by one that is gone.
  await rm(path, { force: true });
  await new Promise<void>((done, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      done();
    });
  });
  // Who cannot connect now asks again; the process that serves goes on.
  server.on('error', () => undefined);
  await chmod(path, 0o600);
  return {
    close() {
      server.close();
      for (const socket of silent) socket.destroy();
    },
  };
}

/** Asks the process that holds the folder; undefined when none answers there. */
export async function askHolder(folder: string, request: Request, tell: Tell): Promise<{ readonly ok: boolean; readonly text: string } | undefined> {
  const socket = connect(socketOf(folder));
  const connected = await new Promise<boolean>((done) => {
    socket.once('connect', () => { done(true); });
    socket.once('error', () => { done(false); });
  });
  if (!connected) return undefined;
  socket.on('error', () => undefined);
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of createInterface({ input: socket })) {
    const { progress, done, failed } = JSON.parse(line) as Reply;
    if (progress !== undefined) tell(progress);
    if (done !== undefined) return { ok: true, text: done };
    if (failed !== undefined) return { ok: false, text: failed };
  }
  return { ok: false, text: 'The process that holds the folder ended before it was done.' };
}

async function answer(socket: Socket, line: string, run: (request: Request, tell: Tell) => Promise<string>): Promise<void> {
  const reply = (one: Reply): void => void socket.write(`${JSON.stringify(one)}\n`);
  try {
    const done = await run(JSON.parse(line) as Request, (progress) => { reply({ progress }); });
    reply({ done });
  } catch (error) {
    reply({ failed: error instanceof Error ? error.message : String(error) });
  }
  socket.end();
}

/** The shorter of the absolute path and the one from here. */
function socketOf(folder: string): string {
  const whole = resolve(folder, 'control.sock');
  const near = join(relative(process.cwd(), folder), 'control.sock');
  return whole.length > MAX_SOCKET_PATH && near.length < whole.length ? near : whole;
}
