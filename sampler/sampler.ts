// Ties a profiled process to its endpoint. Nothing happens before createSampler, and stop() undoes all of it.
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdmin } from './admin/admin.ts';
import type { Endpoint, Request, Response } from './http.ts';
import { createEndpoint } from './endpoint.ts';
import type { KoaContext } from './labels/routes.ts';
import { labelRequests } from './labels/routes.ts';
import type { Tracked, TrackOptions } from './memory/tracked.ts';
import type { SamplerOptions } from './options.ts';
import { checkOptions } from './options.ts';
import { startProcess } from './process-state.ts';
import { createSecretCheck } from './secret.ts';

export interface Sampler {
  /** For Express, Connect, Nest, and Fastify through its middie: answers its own path, passes everything else on. */
  readonly middleware: (request: Request, response: Response, next: (error?: unknown) => void) => void;
  /** For bare node:http and anything else: true when it has answered. */
  readonly handle: (request: Request, response: Response) => boolean;
  /** For Koa: answers its own path, passes everything else on. */
  readonly koa: (context: KoaContext & { readonly req: Request; readonly res: Response; respond?: boolean }, next: () => Promise<unknown>) => Promise<unknown>;
  /**
   * Runs `fn`, and all that follows from it across callbacks and `await`, under these labels: samples carry them. Within
   * others, the inner ones win. At most 16 texts, numbers or truth values.
   */
  withLabels<T>(labels: Readonly<Record<string, string | number | boolean>>, fn: () => T): T;
  /**
   * Tells over time how many instances of this class are alive. At most 20 classes. Each count makes a full garbage
   * collection, at the times and within the bound of `memory`. With `stacks` it tells where those were created that the
   * class given back makes; without, that is the class itself.
   */
  track<C extends Tracked>(tracked: C, options?: TrackOptions): C;
  /** Marks this moment, counts the tracked classes and gives the counts; empty when none are counted. */
  snapshot(name: string): Readonly<Record<string, number>>;
  /** A server of its own, for a process that serves no HTTP. It does not keep the process alive. */
  listen(address: { readonly port: number; readonly host?: string }): Promise<{ readonly host: string; readonly port: number }>;
  /** Lets V8's profiler go until `resume()`; finished windows can still be read. */
  pause(): void;
  resume(): void;
  /**
   * Ends sampling and closes what `listen` opened. Finished windows can still be read through the middleware, and by
   * other processes of the service once this resolves.
   */
  stop(): Promise<void>;
}

/**
 * Starts sampling the thread it is called in. Without an inspector it still passes requests on, and its endpoint
 * says why there is nothing.
 * @throws TypeError with code `SAMPLER_OPTIONS` that names every wrong option.
 */
export function createSampler(options: SamplerOptions): Sampler {
  const checked = checkOptions(options);
  const state = startProcess(checked);
  const mayRead = createSecretCheck(checked.secrets);
  const endpoints = [createEndpoint(state, checked.path, checked.clock, mayRead), createAdmin(checked, mayRead, createSecretCheck(checked.adminSecrets))];
  const servers = new Set<Server>();
  const routes = checked.labelRoutes === false || !checked.enabled ? undefined : labelRequests(state.labelling, checked.labelRoutes === true ? undefined : checked.labelRoutes);
  const answer = (request: Request, response: Response, isMeant: (one: Endpoint) => boolean): boolean => {
    const endpoint = request.method === 'GET' || request.method === 'HEAD' ? endpoints.find(isMeant) : undefined;
    endpoint?.answer(request, response);
    return endpoint !== undefined;
  };
  const handle = (request: Request, response: Response): boolean => answer(request, response, (one) => one.takes(request));
  return {
    handle,
    middleware(request, response, next) {
      if (!handle(request, response)) next();
    },
    koa(context, next) {
      if (handle(context.req, context.res)) {
        context.respond = false;
        return Promise.resolve();
      }
      routes?.koa(context);
      return next();
    },
    withLabels: (labels, fn) => (checked.enabled ? state.labelling.run(labels, fn) : fn()),
    track: (tracked, options) => (checked.enabled ? state.classes.track(tracked, options) : tracked),
    snapshot(name) {
      if (!checked.enabled) return {};
      state.mark(name);
      return state.classes.count();
    },
    async listen({ port, host = '127.0.0.1' }) {
      const server = createServer((request, response) => {
        if (!answer(request, response, (one) => one.concerns(request))) refuse(endpoints, request, response);
      });
      server.maxConnections = 64;
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      // A connection that cannot be taken, such as for want of file descriptors, is no reason to end the service.
      server.on('error', () => undefined);
      server.unref();
      // Nor does a reader that stays connected.
      server.on('connection', (socket) => { socket.unref(); });
      servers.add(server);
      const address = server.address() as AddressInfo;
      return { host: address.address, port: address.port };
    },
    pause: () => {
      state.pause();
    },
    resume: () => {
      state.resume();
    },
    async stop() {
      routes?.stop();
      const stopped = state.stop();
      const closed = [...servers].map((server) => {
        const ended = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return ended;
      });
      servers.clear();
      await Promise.all([stopped, ...closed]);
    },
  };
}

function refuse(endpoints: readonly Endpoint[], request: Request, response: Response): void {
  const known = endpoints.some((endpoint) => endpoint.concerns(request));
  response.statusCode = known ? 405 : 404;
  if (known) response.setHeader('allow', 'GET, HEAD');
  response.end();
}
