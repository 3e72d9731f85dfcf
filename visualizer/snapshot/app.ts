// Heap snapshots over HTTP: those at hand, taking one, and all that can be asked of one. A snapshot holds all that a
// program held, so no other site may cause or read anything here.
import type { Request, RequestHandler, Response, Router } from 'express';
import express from 'express';
import { sameOrigin } from '../access.ts';
import { HttpError } from '../http-error.ts';
import type { SnapshotPort } from '../ports.ts';
import { countOf, queryOf } from '../query.ts';
import { shell } from '../shell.ts';
import { SNAPSHOTS_QUESTION } from '../view/questions.ts';
import { changesOf } from '../view/retaining.ts';
import type { ClassesAnswer, SnapshotsAnswer, SnapshotWork } from './answers.ts';
import type { Desk } from './desk.ts';
import { SnapshotError } from './fault.ts';
import type { Shelf } from './shelf.ts';

export interface SnapshotAppOptions {
  readonly shelf: Shelf;
  readonly desk: Desk;
  readonly port: SnapshotPort;
}

const CLASSES = 20_000;
const HOLDERS = 10;
const ROWS = 100;
const MOST_ROWS = 1000;

export function snapshotApp({ shelf, desk, port }: SnapshotAppOptions): Router {
  const router = express.Router();
  let taking: SnapshotWork | undefined;
  let failure: string | undefined;
  const json = express.json({ limit: 10_000 });

  router.use('/api/snapshots', sameOrigin, (_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  router.get('/snapshots', (_request, response) => void response.type('html').send(shell({ title: 'Heap snapshots', view: 'snapshots', asks: [SNAPSHOTS_QUESTION] })));
  router.get('/api/snapshots', async (_request, response) => {
    const working = taking ?? desk.working();
    response.json({ snapshots: await shelf.list(), hosts: port.hosts(), ...(working === undefined ? {} : { working }), ...(failure === undefined ? {} : { failed: failure }) } satisfies SnapshotsAnswer);
  });
  router.get('/api/snapshots/expected', async (request, response) => void response.json(await port.expected(hostIn(queryOf(request).get('host')))));
  router.post('/api/snapshots/take', json, (request, response) => {
    const host = hostIn(textIn(request.body, 'host'));
    if (taking !== undefined) throw new HttpError(409, 'SNAPSHOT_BUSY', `A snapshot of ${taking.name} is being taken: one at a time. Wait until it is here.`);
    taking = { doing: 'taking', name: host, phase: 'waiting' };
    failure = undefined;
    // Who asked need not wait: the list tells how far it is.
    void take(host);
    response.status(202).json({ host });
  });
  router.post('/api/snapshots/upload', async (request, response) => void response.status(201).json({ name: await shelf.receive(queryOf(request).get('name') ?? '', request) }));
  router.post('/api/snapshots/delete', json, async (request, response) => {
    const name = textIn(request.body, 'snapshot');
    await shelf.remove(name);
    response.json({ name });
  });
  router.get('/api/snapshots/classes', answering(async (request) => {
    const query = queryOf(request);
    const name = nameIn(query.get('snapshot'));
    const classes = (await desk.classes(name)).slice(0, countOf(query, 'limit', CLASSES, 1, CLASSES));
    return desk.ask(name, async (snapshot) => ({ summary: snapshot.summary, classes, holders: await snapshot.holders(HOLDERS) }) satisfies ClassesAnswer);
  }));
  router.get('/api/snapshots/class', answering((request) => {
    const query = queryOf(request);
    return desk.ask(nameIn(query.get('snapshot')), (snapshot) => snapshot.ofClass(query.get('class') ?? '', countOf(query, 'limit', ROWS, 1, MOST_ROWS)));
  }));
  router.get('/api/snapshots/object', answering((request) => {
    const query = queryOf(request);
    return desk.ask(nameIn(query.get('snapshot')), (snapshot) => snapshot.object(countOf(query, 'id', 0, 0, 2 ** 32 - 1), countOf(query, 'limit', ROWS, 1, MOST_ROWS)));
  }));
  router.get('/api/snapshots/compare', answering(async (request) => {
    const query = queryOf(request);
    const [before, after] = [nameIn(query.get('a')), nameIn(query.get('b'))];
    // One after the other: one snapshot is open at a time.
    const was = await desk.classes(before);
    return changesOf(was, await desk.classes(after)).filter(({ standing }) => standing !== 'same').slice(0, countOf(query, 'limit', CLASSES, 1, CLASSES));
  }));

  async function take(host: string): Promise<void> {
    try {
      await shelf.add(host, (path) => port.take(host, path, (share) => { taking = { doing: 'taking', name: host, phase: 'receiving', ...(share === undefined ? {} : { share }) }; }));
    } catch (error) {
      failure = `The snapshot of ${host} was not taken. ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      taking = undefined;
    }
  }

  function hostIn(host: string | null): string {
    if (host !== null && port.hosts().includes(host)) return host;
    throw new HttpError(404, 'NO_ADMIN_SECRET', `The heap of ${JSON.stringify((host ?? '').slice(0, 200))} may not be asked for here: give its sampler an adminSecret, and the same as admin_secret to its host in config.ini.`);
  }
  return router;
}

/** Faults of snapshots are the asker's to mend, not the server's. */
function answering(answer: (request: Request) => Promise<unknown>): RequestHandler {
  return async (request: Request, response: Response) => {
    try {
      response.json(await answer(request));
    } catch (error) {
      if (error instanceof SnapshotError) throw new HttpError(error.code === 'SNAPSHOT_NO_OBJECT' ? 404 : error.code === 'SNAPSHOT_ENDED' ? 503 : 422, error.code, error.message);
      throw error;
    }
  };
}

function nameIn(name: string | null): string {
  if (name !== null && name !== '') return name;
  throw new HttpError(400, 'BAD_QUERY', 'The query names no snapshot: /api/snapshots lists those at hand.');
}

function textIn(body: unknown, key: string): string {
  const value: unknown = typeof body === 'object' && body !== null && Object.hasOwn(body, key) ? (body as Readonly<Record<string, unknown>>)[key] : undefined;
  if (typeof value === 'string') return value;
  throw new HttpError(400, 'BAD_QUERY', `The body is no JSON object with a text ${key}.`);
}
