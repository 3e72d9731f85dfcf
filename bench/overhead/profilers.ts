// Starts one of the compared profilers in the process that calls it, before anything of the service is loaded.
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import type { IncomingMessage } from 'node:http';
import { createSampler } from 'liveprofiler-sampler';
import type { ServiceOptions, Variant } from './variants.ts';
import { SECRET } from './variants.ts';

export interface StartedProfiler {
  /** Where a collector finds it, if it is ours. */
  readonly port?: number;
  /** How long each slice held up the thread until now: its end, what is made of it, and the next one's start. */
  readonly pausesMs: readonly number[];
  /** How long each window of ours did, which is finished in a turn of its own. */
  readonly endingsMs?: readonly number[];
}

/** The members of `@datadog/pprof` that are used. */
interface DatadogPprof {
  readonly time: { readonly start: (options: object) => void; readonly stop: (restart: boolean) => object };
  readonly encode: (profile: object) => Promise<Uint8Array>;
}

interface Pyroscope {
  init(config: object): void;
  start(): void;
}

const DATADOG_DEFAULT_MS = 60_000;
const HUNDRED_HERTZ_US = 10_000;
/** Three periods at 100 Hz. A slice as short, before the end of a window, is told together with the next one. */
const SOON_MS = 40;

export async function startProfiler(options: ServiceOptions): Promise<StartedProfiler> {
  return (await STARTS[options.variant](options)) ?? { pausesMs: [] };
}

const STARTS: Readonly<Record<Variant, (options: ServiceOptions) => Promise<StartedProfiler> | StartedProfiler | undefined>> = {
  nothing: () => undefined,
  again: () => undefined,
  ours: () => ours({}),
  ours1k: () => ours({ intervalUs: 1000 }),
  labels: ({ work }) => ours({ labelRoutes: work === 'waiting' ? ({ url }: IncomingMessage) => url?.split('?', 1)[0] : true }),
  datadog: ({ datadog }) => datadogPprof(datadog, {}, DATADOG_DEFAULT_MS),
  datadogSlice: ({ datadog, sliceMs }) => datadogPprof(datadog, { intervalMicros: HUNDRED_HERTZ_US }, sliceMs),
  pyroscope: ({ pyroscope, sink }) => grafanaPyroscope(pyroscope, { serverAddress: sink }),
  pyroscopeSlice: ({ pyroscope, sink, sliceMs }) => grafanaPyroscope(pyroscope, { serverAddress: sink, flushIntervalMs: sliceMs }),
  stopStart: ({ sliceMs }) => stopAndStart(sliceMs),
};

/** Its timers are seen through its clock: one opens a slice, and one that it asks for soon closes the one before, where it does not do so itself; one without a delay finishes a window. */
async function ours(options: { readonly intervalUs?: number; readonly labelRoutes?: true | ((request: IncomingMessage) => string | undefined) }): Promise<StartedProfiler> {
  const pausesMs: number[] = [];
  const endingsMs: number[] = [];
  let opened = 0;
  let askedMs = 0;
  const clock = {
    wallMs: () => Date.now(),
    monotonicUs: () => Number(process.hrtime.bigint() / 1000n),
    after(delayMs: number, callback: () => void) {
      if (delayMs > 0) askedMs = delayMs;
      const timer = setTimeout(() => {
        const startMs = performance.now();
        callback();
        const pausedMs = performance.now() - startMs;
        if (delayMs === 0) endingsMs.push(pausedMs);
        else if (askedMs <= SOON_MS) opened += pausedMs;
        else {
          pausesMs.push(opened + pausedMs);
          opened = 0;
        }
      }, delayMs).unref();
      return () => { clearTimeout(timer); };
    },
  };
  const sampler = createSampler({ secret: SECRET, service: `bench ${process.pid}`, clock, ...options });
  const { port } = await sampler.listen({ port: 0 });
  return { port, pausesMs, endingsMs };
}

/** As its README shows it: stopped with a restart, encoded; what is sent where is left out. */
function datadogPprof(from: string, options: object, everyMs: number): StartedProfiler {
  const { time, encode } = createRequire(from)('@datadog/pprof') as DatadogPprof;
  const pausesMs: number[] = [];
  time.start(options);
  setInterval(() => {
    const startMs = performance.now();
    const profile = time.stop(true);
    pausesMs.push(performance.now() - startMs);
    void encode(profile);
  }, everyMs).unref();
  return { pausesMs };
}

function grafanaPyroscope(from: string, options: object): StartedProfiler {
  const pyroscope = createRequire(from)('@pyroscope/nodejs') as Pyroscope;
  pyroscope.init({ appName: 'bench', ...options });
  pyroscope.start();
  return { pausesMs: [] };
}

function stopAndStart(everyMs: number): StartedProfiler {
  const session = new Session();
  const pausesMs: number[] = [];
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: HUNDRED_HERTZ_US });
  session.post('Profiler.start');
  setInterval(() => {
    const startMs = performance.now();
    session.post('Profiler.stop', (_error, { profile }) => {
      const totals = new Map<string, number>();
      for (const { callFrame, hitCount = 0 } of profile.nodes) totals.set(callFrame.functionName, (totals.get(callFrame.functionName) ?? 0) + hitCount);
    });
    session.post('Profiler.start');
    pausesMs.push(performance.now() - startMs);
  }, everyMs).unref();
  return { pausesMs };
}
