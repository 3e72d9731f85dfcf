// A measured process: a profiler, then a service. It tells its port, and between `begin` and `end` what it took.
import { createHook } from 'node:async_hooks';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { startProfiler } from './profilers.ts';
import type { ServiceOptions, Work } from './variants.ts';

/** What a service takes between `begin` and `end`. */
export interface Taken {
  readonly cpuUs: number;
  readonly longestDelayMs: number;
  readonly pausesMs: readonly number[];
  readonly endingsMs: readonly number[];
  readonly elapsedMs: number;
}

export interface Ready {
  readonly port: number;
  readonly samplerPort?: number | undefined;
}

type Order = 'begin' | 'end' | 'count' | 'counted' | 'rss';

const DELAY_RESOLUTION_MS = 10;

const SERVERS: Readonly<Record<Work, () => Promise<Server | undefined>>> = {
  express: async () => (await import('./services/express.ts')).service(),
  renderer: async () => (await import('./services/renderer.ts')).service(),
  waiting: async () => (await import('./services/waiting.ts')).service(),
  typescript: async () => (await import('./services/typescript.ts')).work(),
};

const options = JSON.parse(process.argv[2] ?? '') as ServiceOptions;
const profiler = await startProfiler(options);
const server = await SERVERS[options.work]();
let before = { cpu: process.cpuUsage(), pauses: 0, endings: 0, atMs: performance.now() };
const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

let switches = 0;
const counting = createHook({ before() { switches++; } });

const ORDERS: Readonly<Record<Order, () => object | Promise<object>>> = {
  begin() {
    delay.enable();
    delay.reset();
    before = { cpu: process.cpuUsage(), pauses: profiler.pausesMs.length, endings: profiler.endingsMs?.length ?? 0, atMs: performance.now() };
    return {};
  },
  end() {
    const { user, system } = process.cpuUsage(before.cpu);
    const taken: Taken = {
      cpuUs: user + system,
      // What is beyond the pace at which it looks.
      longestDelayMs: Math.max(0, delay.max / 1e6 - DELAY_RESOLUTION_MS),
      pausesMs: profiler.pausesMs.slice(before.pauses),
      endingsMs: profiler.endingsMs?.slice(before.endings) ?? [],
      elapsedMs: performance.now() - before.atMs,
    };
    delay.disable();
    return taken;
  },
  count() {
    counting.enable();
    return {};
  },
  counted() {
    counting.disable();
    return { switches };
  },
  async rss() {
    // V8 gives pages back to the system in a thread of its own.
    for (let times = 0; times < 3; times++) {
      globalThis.gc?.();
      await pause(100);
    }
    return { rssBytes: process.memoryUsage.rss() };
  },
};

process.on('message', (order: Order) => {
  void Promise.resolve(ORDERS[order]()).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());

if (server === undefined) ready(0);
else server.listen(0, '127.0.0.1', () => { ready((server.address() as AddressInfo).port); });

function ready(port: number): void {
  process.send?.({ port, samplerPort: profiler.port } satisfies Ready);
}
