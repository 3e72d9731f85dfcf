// What the sampler needs of requests and responses. Types only.
import type { Headers } from './secret.ts';

/** The members of node:http's request that are used; every framework's request has them. */
export interface Request {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Headers;
  readonly socket?: { readonly localAddress?: string | undefined } | undefined;
}

export interface Response {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  end(body?: string | Uint8Array): unknown;
}

export interface Endpoint {
  /** True when the path is the sampler's, whatever the method. */
  concerns(request: Request): boolean;
  answer(request: Request, response: Response): void;
}
