// Labels every request with its method and, once it was routed, with the pattern of its route. A request is seen by Node's
// own channel, so no middleware is needed; a source holds on to no request.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
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
  const sources: Sources = new WeakMap();

  const started = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage };
    const source = new RequestSource(request.method ?? '');
    sources.set(request, source);
    if (routeOf !== undefined) source.route = named(routeOf, request);
    tracker.enter(source);
  };
  const handled = (message: unknown): void => {
    const { request, route } = message as { readonly request?: { readonly raw?: object }; readonly route?: { readonly url?: unknown } };
    const source = request?.raw === undefined ? undefined : sources.get(request.raw);
    if (source !== undefined) source.route = pathOf(route?.url);
  };
  if (routeOf === undefined) watchRoutes(sources);
  subscribe(REQUESTS, started);
  subscribe(FASTIFY, handled);
  return {
    koa(context) {
      const source = sources.get(context.req);
      if (source !== undefined) source.context = context;
    },
    stop() {
      watching.delete(sources);
      unsubscribe(REQUESTS, started);
      unsubscribe(FASTIFY, handled);
    },
  };
}

type Sources = WeakMap<object, RequestSource>;

const ROUTE = Symbol('route');
const MOUNT = Symbol('mount');
const watching = new Set<Sources>();
let watched = false;

interface Routed {
  [ROUTE]?: unknown;
  /** The `baseUrl` under which it was set. */
  [MOUNT]?: unknown;
  /** Where the router is mounted, as this request spells it. */
  readonly baseUrl?: unknown;
  /** As the router around it has read them. */
  readonly params?: unknown;
}

/**
 * Express puts the route on the request as it is matched. What sees it there is on the prototype of all requests: one of its
 * own would make each request an object of its own kind to V8, which slows down all code that touches it.
 */
function watchRoutes(sources: Sources): void {
  watching.add(sources);
  if (watched) return;
  // It stays: requests that are under way when the last sampler stops have their route there.
  watched = Reflect.defineProperty(IncomingMessage.prototype, 'route', {
    configurable: true,
    enumerable: true,
    get(this: Routed) {
      return this[ROUTE];
    },
    set(this: Routed, route: unknown) {
      const again = route === this[ROUTE] && this.baseUrl === this[MOUNT];
      this[ROUTE] = route;
      this[MOUNT] = this.baseUrl;
      // Said a second time as it is called, when `params` are those of the route.
      if (watching.size === 0 || again) return;
      const path = pathOf((route as { readonly path?: unknown } | null | undefined)?.path);
      if (path === undefined) return;
      for (const known of watching) {
        const source = known.get(this);
        if (source !== undefined) source.route = `${mountOf(this)}${path}`;
      }
    },
  });
}

/** A router can be mounted on a pattern: what it matched is given back its name, so that not every id makes a route. */
function mountOf({ baseUrl, params }: Routed): string {
  if (typeof baseUrl !== 'string' || baseUrl === '') return '';
  const names = new Map(Object.entries(params ?? {}).map(([name, value]) => [value as unknown, `:${name}`]));
  return names.size === 0 ? baseUrl : baseUrl.split('/').map((part) => names.get(part) ?? names.get(decoded(part)) ?? part).join('/');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
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
