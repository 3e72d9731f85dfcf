// The service of source-map.ts: some milliseconds of work at a time, until its functions are named and a while longer.
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { WireAnswer } from 'liveprofiler-sampler/wire';

/** Two windows end in this time, and the thread that names functions after them. */
const LENGTH_MS = 20_000;

const given = once(process, 'message') as Promise<[{ readonly port: number; readonly secret: string }]>;
const { workOnAll } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as { workOnAll: (turn: number) => void };
const [{ port, secret }] = await given;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let turn = 0, untilMs = performance.now() + LENGTH_MS; performance.now() < untilMs; turn++) {
  workOnAll(turn);
  await pause(2);
}
delay.disable();
const rssMb = process.memoryUsage.rss() / 1e6;
const { processes } = (await (await fetch(`http://127.0.0.1:${port}/liveprofiler?after=`, { headers: { PROFILER_TOKEN: secret } })).json()) as WireAnswer;
const named = processes.some(({ frames }) => frames.some(({ original }) => original?.url.endsWith('.ts') === true));
process.send?.({ rssMb, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6, longestMs: delay.max / 1e6, named });
