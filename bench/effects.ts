// What a sampler does to the process around it, beside the pauses: the price of a console.log call, the event-loop
// utilization that an idle process is told, and the CPU time it takes. With and without a sampler in turn, every
// measurement in a process of its own. `npm run bench:effects`.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { quantile, table } from './store/figures.ts';

const ROUNDS = 9;

/** What effects-child.ts tells, by the work it was given. */
export interface Effects {
  readonly logUs?: number;
  readonly utilization?: number;
  readonly cpuMsPerMinute?: number;
  /** Share of the time in which the sampler saw anything but `(idle)`. */
  readonly busyShare?: number;
}

const measured = { off: [] as Effects[], on: [] as Effects[] };
for (let round = 0; round < ROUNDS; round++) {
  for (const work of ['log', 'idle']) {
    // Each goes first as often as the other.
    for (const sampler of round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) measured[sampler].push(run(work, sampler));
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const micros = (us: number): string => `${us.toFixed(2)} µs`;
const millis = (ms: number): string => `${ms.toFixed(0)} ms`;
const none = (): string => '–';
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, sampling every 10 ms, ${ROUNDS} rounds: median (least to most)

${table(
  ['effect', 'without a sampler', 'with one'],
  [
    ['one `console.log` call to `/dev/null`', cell('off', 'logUs', micros), cell('on', 'logUs', micros)],
    ['`performance.eventLoopUtilization()` of an idle process', cell('off', 'utilization', percent), cell('on', 'utilization', percent)],
    ['busy share of the same process on the page', none(), cell('on', 'busyShare', percent)],
    ['CPU time of an idle process per minute', cell('off', 'cpuMsPerMinute', millis), cell('on', 'cpuMsPerMinute', millis)],
  ],
)}
`);

function run(work: string, sampler: 'off' | 'on'): Effects {
  // Standard output is what is logged to; the figures come by standard error.
  const { stderr, status } = spawnSync(process.execPath, [fileURLToPath(new URL('effects-child.js', import.meta.url)), work, sampler], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`the measurement of ${work} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stderr) as Effects;
}

function cell(sampler: 'off' | 'on', effect: keyof Effects, show: (value: number) => string): string {
  const values = measured[sampler].map((effects) => effects[effect]).filter((value) => value !== undefined);
  return `${show(quantile(values, 0.5))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
