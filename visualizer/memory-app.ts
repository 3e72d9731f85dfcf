// Where memory is asked for: pages and answers about what processes tell of themselves.
import type { Request, Response, Router } from 'express';
import express from 'express';
import type { Choices } from './chosen.ts';
import { classesOf } from './memory/classes.ts';
import { leaksOf } from './memory/leaks.ts';
import { memoryOf } from './memory/memory.ts';
import { processesOf } from './memory/processes.ts';
import { groupOf, queryOf, rangeOf } from './query.ts';
import { titleOf } from './selection.ts';
import { shell } from './shell.ts';
import type { SparingReader } from './spare.ts';
import { firstQuestions } from './view/questions.ts';

export interface MemoryAppOptions {
  readonly store: SparingReader;
  readonly choices: Choices;
  readonly wallMs: () => number;
  /** Sends what `work` makes, or what it made for somebody else just now. */
  readonly answer: (request: Request, response: Response, work: () => Promise<unknown>) => Promise<void>;
}

export function memoryApp({ store, choices: { chosen, statusOf }, wallMs, answer }: MemoryAppOptions): Router {
  const router = express.Router();
  router.get('/memory', async (request, response) => {
    const { query, selection } = await chosen(request);
    response.type('html').send(shell({ title: `${titleOf(selection)}: memory`, view: 'memory', asks: firstQuestions('memory', query.toString()) }));
  });
  router.get('/memory/:host', async (request, response) => {
    const { host } = request.params;
    await statusOf(host);
    response.type('html').send(shell({ title: `${host}: memory`, view: 'memory', host, asks: firstQuestions('memory', queryOf(request).toString(), host) }));
  });
  router.get('/api/memory', (request, response) => answer(request, response, async () => {
    const { query, selection, hosts } = await chosen(request);
    return memoryOf(store, hosts, selection, rangeOf(query, wallMs()), groupOf(query));
  }));
  router.get('/process', async (request, response) => {
    const { query, selection } = await chosen(request);
    response.type('html').send(shell({ title: `${titleOf(selection)}: processes`, view: 'process', asks: firstQuestions('process', query.toString()) }));
  });
  router.get('/process/:host', async (request, response) => {
    const { host } = request.params;
    await statusOf(host);
    response.type('html').send(shell({ title: `${host}: processes`, view: 'process', host, asks: firstQuestions('process', queryOf(request).toString(), host) }));
  });
  router.get('/api/process', (request, response) => answer(request, response, async () => {
    const { query, selection, hosts } = await chosen(request);
    return processesOf(store, hosts, selection, rangeOf(query, wallMs()));
  }));
  router.get('/api/classes', (request, response) => answer(request, response, async () => {
    const { query, selection } = await chosen(request);
    return classesOf(store, selection, rangeOf(query, wallMs()));
  }));
  router.get('/api/leaks', (request, response) => answer(request, response, async () => {
    const { query, selection, hosts } = await chosen(request);
    return leaksOf(store, hosts, selection, rangeOf(query, wallMs()));
  }));
  return router;
}
