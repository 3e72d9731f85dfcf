// A service that mostly waits for others, and logs what it does.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const WAITS_MS = [2, 7, 11];

export function service(): Server {
  return createServer((request, response) => void answer(request, response));
}

async function answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  /* eslint-disable no-console -- it is what such services do */
  console.log('%s %s', method, url);
  for (const [step, waitMs] of WAITS_MS.entries()) {
    await pause(waitMs);
    console.log('step %d of %s took %d ms', step, url, waitMs, { status: 'ok' });
  }
  /* eslint-enable no-console */
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ url, steps: WAITS_MS.length }));
}
