// Answers under the sampler's path what the reading secret does not open: heap snapshots, what keeps the process alive, a
// report. They tell more than profiles do, so they have a secret of their own.
import type { Writable } from 'node:stream';
import { acceptsGzip } from '../accepts.ts';
import { activeResources } from '../observe/process-numbers.ts';
import type { CheckedOptions } from '../options.ts';
import type { Endpoint, Request, Response } from '../http.ts';
import { pathOf, queryOf } from '../http.ts';
import type { Headers } from '../secret.ts';
import { planSnapshot, takeSnapshot } from './heap-snapshot.ts';
import { keptAliveBy, reportOf } from './report.ts';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export function createAdmin(options: Pick<CheckedOptions, 'path' | 'secrets' | 'adminSecrets' | 'maxSnapshotHeapBytes'>, mayRead: (headers: Headers) => boolean, mayAdmin: (headers: Headers) => boolean): Endpoint {
  const base = options.path.endsWith('/') ? options.path : `${options.path}/`;
  const answers: ReadonlyMap<string, (request: Request, response: Response, query: URLSearchParams) => void> = new Map([
    [`${base}heap-snapshot`, heapSnapshot],
    [`${base}resources`, (request: Request, response: Response) => { reply(request, response, 200, JSON_TYPE, JSON.stringify({ activeResources: Object.fromEntries(activeResources()), ...keptAliveBy() })); }],
    [`${base}report`, (request: Request, response: Response) => { reply(request, response, 200, JSON_TYPE, reportOf([...options.secrets, ...options.adminSecrets])); }],
  ]);

  function heapSnapshot(request: Request, response: Response, query: URLSearchParams): void {
    const { status, ...plan } = planSnapshot(options.maxSnapshotHeapBytes);
    if (query.has('plan')) {
      reply(request, response, 200, JSON_TYPE, JSON.stringify(plan));
      return;
    }
    response.setHeader('liveprofiler-heap-bytes', plan.heapUsedBytes);
    response.setHeader('liveprofiler-expected-pause-ms', plan.expectedPauseMs);
    if (plan.refused !== undefined) reply(request, response, status, TEXT_TYPE, `${plan.refused}\n`);
    else if (request.method === 'HEAD') reply(request, response, 200, JSON_TYPE, '');
    else if (isWritable(response)) sendSnapshot(request, response);
    else reply(request, response, 501, TEXT_TYPE, 'The response cannot be streamed to: hand the one of node:http to the sampler.\n');
  }

  const concerns = (request: Request): boolean => answers.has(pathOf(request));

  return {
    concerns,
    takes: concerns,
    answer(request, response) {
      try {
        if (mayAdmin(request.headers)) answers.get(pathOf(request))?.(request, response, queryOf(request));
        else reply(request, response, 403, TEXT_TYPE, mayRead(request.headers) ? whyNot(options.adminSecrets) : '');
      } catch (error) {
        reply(request, response, 500, TEXT_TYPE, `The sampler failed to answer: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    },
  };
}

function whyNot(adminSecrets: readonly string[]): string {
  return adminSecrets.length === 0 ? 'This takes an adminSecret, and createSampler was given none.\n' : 'This takes the adminSecret, not the secret that profiles are read with.\n';
}

function sendSnapshot(request: Request, response: Response & Writable): void {
  const snapshot = takeSnapshot();
  const zipped = acceptsGzip(request.headers['accept-encoding']);
  response.setHeader('liveprofiler-pause-ms', Math.round(snapshot.pauseMs));
  response.setHeader('liveprofiler-snapshot-bytes', snapshot.bytes);
  response.setHeader('content-disposition', `attachment; filename="${process.pid}.heapsnapshot"`);
  if (zipped) response.setHeader('content-encoding', 'gzip');
  response.setHeader('vary', 'accept-encoding');
  begin(response, 200, JSON_TYPE);
  // Who went away midway needs no answer, and everything is freed.
  snapshot.send(response, zipped).catch(() => { response.destroy(); });
}

function reply(request: Request, response: Response, status: number, type: string, body: string): void {
  const bytes = Buffer.from(body);
  try {
    begin(response, status, type);
    response.setHeader('content-length', bytes.byteLength);
    response.end(request.method === 'HEAD' ? undefined : bytes);
  } catch {
    // The response has ended: there is nobody left to tell.
  }
}

function begin(response: Response, status: number, type: string): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
}

function isWritable(response: Response): response is Response & Writable {
  const { write, destroy, on } = response as { readonly write?: unknown; readonly destroy?: unknown; readonly on?: unknown };
  return [write, destroy, on].every((member) => typeof member === 'function');
}
