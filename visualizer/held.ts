// A program that stands still until somebody lets it go on: the page that says where, and the word that it waits for.
import type { Response, Router } from 'express';
import express from 'express';
import { sameOrigin } from './access.ts';
import type { HeldAnswer } from './api.ts';
import { shell } from './shell.ts';

export interface Held {
  readonly program: string;
  /** Where it stands, the innermost call first. */
  readonly calledAt: readonly string[];
}

export function heldApp({ program, calledAt }: Held): Router {
  const router = express.Router();
  const waiting = new Set<Response>();
  let held = true;
  router.use('/api/held', sameOrigin);
  router.get('/held', (_request, response) => void response.type('html').send(shell({ title: `${program} stands still`, view: 'held' })));
  router.get('/api/held', (_request, response) => void response.json({ program, calledAt, held } satisfies HeldAnswer));
  // Answered when the program may go on: until then there is a head and no body.
  router.get('/api/held/wait', (_request, response) => {
    if (!held) {
      response.end();
      return;
    }
    response.flushHeaders();
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
  });
  router.post('/api/held/continue', (_request, response) => {
    held = false;
    for (const one of waiting) one.end();
    response.json({ program, calledAt, held } satisfies HeldAnswer);
  });
  return router;
}
