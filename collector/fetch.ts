// One GET to a host nobody vouches for: bounded in time and in bytes, never redirected, whole or not at all.
// Invariant: the secret goes to the configured address and nowhere else, messages included.
import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Bytes, Milliseconds } from 'liveprofiler-sampler/wire';
import { readBody } from './body.ts';
import { networkFailure, PullFailure, statusFailure } from './failures.ts';

export interface FetchOptions {
  readonly url: URL;
  /** Host and port by which it is asked, where `url` holds an address that stands for them. */
  readonly asked?: string | undefined;
  readonly secret: string;
  readonly tls?: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer } | undefined;
  /** From the first step of connecting to the last byte of the body. */
  readonly timeoutMs: Milliseconds;
  /** After inflating. */
  readonly maxBytes: Bytes;
  readonly lookup?: LookupFunction;
}

export interface Fetcher {
  /** The body of a 200. @throws PullFailure whatever happens. */
  get(query: Readonly<Record<string, string>>, stop: AbortSignal): Promise<Buffer>;
  /** Drops idle connections; a request that runs is ended by its signal. */
  close(): void;
}

export interface Connection {
  readonly request: (to: URL, signal: AbortSignal) => http.ClientRequest;
  /** Drops idle ones. */
  readonly close: () => void;
}

/** Requests that carry the secret, to the address as it is configured. */
export function connectTo({ url, asked, secret, tls, lookup }: Pick<FetchOptions, 'url' | 'asked' | 'secret' | 'tls' | 'lookup'>): Connection {
  const secure = url.protocol === 'https:';
  // The certificate is of the name that was written, wherever the name points to.
  const servername = asked === undefined ? {} : { servername: new URL(`${url.protocol}//${asked}`).hostname };
  const agent = secure ? new https.Agent({ keepAlive: true, ...tls, ...servername }) : new http.Agent({ keepAlive: true });
  // nginx drops header names with an underscore, so the dashed spelling goes along.
  const headers = { PROFILER_TOKEN: secret, 'PROFILER-TOKEN': secret, 'accept-encoding': 'gzip', ...(asked !== undefined && { host: asked }) };
  return {
    request: (to, signal) => (secure ? https : http).request(to, { agent, headers, signal, ...(lookup && { lookup }) }),
    close() {
      agent.destroy();
    },
  };
}

export function createFetcher({ timeoutMs, maxBytes, ...options }: FetchOptions): Fetcher {
  const { url } = options;
  const { request, close } = connectTo(options);

  async function get(query: Readonly<Record<string, string>>, stop: AbortSignal): Promise<Buffer> {
    const target = new URL(url);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    const deadline = startDeadline(stop, timeoutMs, url);
    const send = (): http.ClientRequest => request(target, deadline.signal);
    try {
      const response = await respond(send, deadline.signal);
      try {
        if (response.statusCode !== 200) throw statusFailure(response.statusCode ?? 0, response.headers.location, url);
        return await readBody(response, maxBytes, url);
      } catch (error) {
        response.destroy();
        throw error;
      }
    } catch (error) {
      throw deadline.signal.aborted ? (deadline.signal.reason as PullFailure) : networkFailure(error, url);
    } finally {
      deadline.end();
    }
  }

  return { get, close };
}

/** The host may close a kept connection in the moment it is used again: that says nothing, so it is asked once more. */
async function respond(send: () => http.ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const request = send();
  try {
    return await answerTo(request, signal);
  } catch (error) {
    if (!request.reusedSocket || signal.aborted) throw error;
    return await answerTo(send(), signal);
  }
}

/** Rejects when there is none. */
export function answerTo(request: http.ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' }));
    };
    signal.addEventListener('abort', ended, { once: true });
    request.on('response', resolve);
    request.on('error', reject);
    // An answer that switches protocols ends the request without an error.
    request.on('close', () => {
      signal.removeEventListener('abort', ended);
      ended();
    });
    request.end();
  });
}

interface Deadline {
  /** Its reason is a PullFailure. */
  readonly signal: AbortSignal;
  end(): void;
}

function startDeadline(stop: AbortSignal, timeoutMs: Milliseconds, at: URL): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new PullFailure('timeout', `${at.host} did not answer in full within ${timeoutMs / 1000} s: is it overloaded, or is timeout too short?`));
  }, timeoutMs);
  const onStop = (): void => {
    controller.abort(new PullFailure('stopped', 'The collector stopped asking.'));
  };
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    },
  };
}
