// Answers that were given before are not made again: a tag of what was asked, of when, and of all that the answer
// depends on. Who asks again with the same tag gets 304 and no body.
import { createHash } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Range, StoreReader } from '../collector/store/contract.ts';
import { HttpError } from './http-error.ts';
import type { CollectorPort } from './ports.ts';
import { queryOf, rangeOf } from './query.ts';
import { sideOf } from './view/sides.ts';

export interface TagOptions {
  readonly store: StoreReader;
  readonly collector: CollectorPort;
  readonly wallMs: () => number;
}

/** These tell how hosts are doing too, and when their windows start and end in all. */
const TELLS_HOSTS = /^\/api\/(?:flame|hosts|memory|leaks|process)\/?$/;
/** Lines come in steps that reach beyond the range. */
const TELLS_LINES = /^\/(?:api\/lines|export)(?:\/|$)/;

export function tagging({ store, collector, wallMs }: TagOptions): RequestHandler {
  return (request, response, next) => {
    const tag = tagOf(request);
    if (tag !== undefined) response.set('etag', tag);
    if (tag !== undefined && request.fresh) response.status(304).end();
    else next();
  };

  function tagOf(request: Request): string | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const ranges = rangesOf(request);
    if (ranges === undefined) return undefined;
    const path = request.originalUrl.split('?')[0] ?? '';
    const depends = TELLS_HOSTS.test(path) ? [store.generation(), collector.hosts()] : TELLS_LINES.test(path) ? [store.generation()] : ranges.map((range) => store.generation(range));
    const hash = createHash('sha256').update(JSON.stringify([request.originalUrl, ranges, depends])).digest('base64url');
    return `W/"${hash.slice(0, 27)}"`;
  }

  /** Of either side, where there are two. Whatever is wrong with them is told by who answers. */
  function rangesOf(request: Request): readonly Range[] | undefined {
    const [query, nowMs] = [queryOf(request), wallMs()];
    try {
      return (['a', 'b'] as const).map((side) => rangeOf(sideOf(query, side), nowMs));
    } catch (error) {
      if (error instanceof HttpError) return undefined;
      throw error;
    }
  }
}
