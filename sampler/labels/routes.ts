// Labels every request with its method and, once it was routed, with the pattern of its route. A request is seen by Node's
// own channel, so no middleware is needed; a source holds on to no request.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Labels } from '../profile.ts';
import type { LabelSource } from './source.ts';
import type { LabelTracker } from './tracker.ts';

/** Names the route of a request where no framework does. */
export type RouteOf = (request: IncomingMessage) => string | undefined;

export interface RouteLabels {
  /** Under Koa the route is known to the context alone. */
  koa(context: KoaContext): void;
  stop(): void;
}

export interface KoaContext {
  readonly req: object;
  /** Set by its router. */
  readonly _matchedRoute?: unknown;
}

const REQUESTS = 'http.server.request.start';
const FASTIFY = 'tracing:fastify.request.handler:start';

class RequestSource implements LabelSource {
  readonly method: string;
  route: string | undefined;
  context: KoaContext | undefined;

  constructor(method: string) {
    this.method = method;
  }

  read(): Labels {
    const route = this.route ?? pathOf(this.context?._matchedRoute);
    return { method: this.method, ...(route === undefined ? {} : { route }) };
  }
}

export function labelRequests(tracker: LabelTracker, routeOf: RouteOf | undefined): RouteLabels {
  const sources = new WeakMap<object, RequestSource>();

  const started = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage };
    const source = new RequestSource(request.method ?? '');
    sources.set(request, source);
    if (routeOf === undefined) watchRoute(request, source);
    else source.route = named(routeOf, request);
    tracker.enter(source);
  };
  const handled = (message: unknown): void => {
    const { request, route } = message as { readonly request?: { readonly raw?: object }; readonly route?: { readonly url?: unknown } };
    const source = request?.raw === undefined ? undefined : sources.get(request.raw);
    if (source !== undefined) source.route = pathOf(route?.url);
  };
  subscribe(REQUESTS, started);
  subscribe(FASTIFY, handled);
  return {
    koa(context) {
      const source = sources.get(context.req);
      if (source !== undefined) source.context = context;
    },
    stop() {
      unsubscribe(REQUESTS, started);
      unsubscribe(FASTIFY, handled);
    },
  };
}

/** Express puts the route on the request as it is matched, while `baseUrl` says where its router is mounted. */
function watchRoute(request: object, source: RequestSource): void {
  let current: unknown;
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(this: { readonly baseUrl?: unknown }, route: unknown) {
      current = route;
      const path = pathOf((route as { readonly path?: unknown } | undefined)?.path);
      if (path !== undefined) source.route = `${typeof this.baseUrl === 'string' ? this.baseUrl : ''}${path}`;
    },
  });
}

function pathOf(path: unknown): string | undefined {
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join(',') : undefined;
}

function named(routeOf: RouteOf, request: IncomingMessage): string | undefined {
  try {
    return pathOf(routeOf(request));
  } catch {
    // The request goes on, whatever the function makes of it.
    return undefined;
  }
}
