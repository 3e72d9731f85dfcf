// What the sampler needs of requests and responses.
import type { Headers } from './secret.ts';

/** The members of node:http's request that are used; every framework's request has them. */
export interface Request {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Headers;
  readonly socket?: { readonly localAddress?: string | undefined; readonly localPort?: number | undefined } | undefined;
}

export interface Response {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  end(body?: string | Uint8Array): unknown;
}

export interface Endpoint {
  /** True when the path is the sampler's, whatever the method. */
  concerns(request: Request): boolean;
  /** False also for a path at which the service may have an answer of its own, when no secret is brought. */
  takes(request: Request): boolean;
  answer(request: Request, response: Response): void;
}

/** As it was sent: an option names paths as they are written. */
export function pathOf({ url = '' }: Request): string {
  return url.split('?', 1)[0] ?? '';
}

export function queryOf({ url = '' }: Request): URLSearchParams {
  return new URLSearchParams(/\?(.*)/.exec(url)?.[1]);
}
