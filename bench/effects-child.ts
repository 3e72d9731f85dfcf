// One measurement of effects.ts: argv names the work and whether a sampler runs; the figures go to standard error.
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { createSampler } from 'liveprofiler-sampler';
import { ENDPOINT_PATH, readWire } from 'liveprofiler-sampler/wire';
import type { Effects } from './effects.ts';

const MEASURE_MS = 4000;
/** The first start of V8's profiler, and the compilation of what is measured, lie before. */
const SETTLE_MS = 1500;
const CALLS_PER_TURN = 500;

const [, , work, switched] = process.argv;
const sampler = createSampler({ secret: 'bench', enabled: switched === 'on', windowMs: 1000 });
const effects = work === 'log' ? await logging() : await idling();
process.stderr.write(JSON.stringify(effects));

async function logging(): Promise<Effects> {
  await logFor(SETTLE_MS);
  return { logUs: await logFor(MEASURE_MS) };
}

/** µs per call; the event loop turns in between, as in a service, so that slices end. */
async function logFor(ms: number): Promise<number> {
  let [calls, spentMs] = [0, 0];
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) {
    const startMs = performance.now();
    // eslint-disable-next-line no-console -- it is what is measured
    for (let call = 0; call < CALLS_PER_TURN; call++) console.log('request %d answered', calls + call, { status: 200 });
    spentMs += performance.now() - startMs;
    calls += CALLS_PER_TURN;
    await turn();
  }
  return (spentMs * 1000) / calls;
}

async function idling(): Promise<Effects> {
  await pause(SETTLE_MS);
  const [before, cpu, startMs] = [performance.eventLoopUtilization(), process.cpuUsage(), performance.now()];
  await pause(MEASURE_MS);
  const { user, system } = process.cpuUsage(cpu);
  const idle = { utilization: performance.eventLoopUtilization(before).utilization, cpuMsPerMinute: ((user + system) / 1000 / (performance.now() - startMs)) * 60_000 };
  return switched === 'on' ? { ...idle, busyShare: await busyShare() } : idle;
}

/** As the page shows it, of the windows after the settling. */
async function busyShare(): Promise<number> {
  sampler.pause();
  const body = await new Promise<string>((resolve) => {
    const response = { statusCode: 0, setHeader: () => undefined, end: (text: string | Uint8Array = '') => { resolve(Buffer.from(text).toString()); } };
    sampler.handle({ method: 'GET', url: `${ENDPOINT_PATH}?after=`, headers: { profiler_token: 'bench' } }, response);
  });
  const windows = (readWire(JSON.parse(body)).processes[0]?.windows ?? []).slice(1);
  const busy = windows.reduce((sum, { rows }) => sum + rows.weight.reduce((weight, one) => weight + one, 0), 0);
  return busy / (busy + windows.reduce((sum, { idle }) => sum + idle.weight, 0));
}
