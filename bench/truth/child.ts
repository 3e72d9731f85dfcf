// Runs one program of programs.ts under the sampler and tells what it did and what was sampled.
import { systemClock } from '#sampler/clock.js';
import { sampleThread } from '#sampler/thread.js';
import type { ThreadWindow } from '#sampler/window.js';
import type { ProgramName, Spent } from './programs.ts';
import { PROGRAMS } from './programs.ts';

export interface Told {
  /** µs by the name of a function that took its own time; `(idle)` and `(garbage collector)` by V8's names. */
  readonly spentUs: Readonly<Record<string, number>>;
  readonly sampledUs: Readonly<Record<string, number>>;
  /** Samples that fell into these functions. */
  readonly samples: number;
  readonly elapsedUs: number;
  /** Rows, idle and dropped of all windows. */
  readonly accountedUs: number;
}

const GARBAGE = '(garbage collector)';
const [program = '', seconds = '', intervalUs = ''] = process.argv.slice(2);

const windows: ThreadWindow[] = [];
const spent: Spent = new Map();
const thread = sampleThread({ thread: 0, threadName: () => 'main', intervalUs: Number(intervalUs), windowMs: 10_000, clock: systemClock, heldBytes: () => 0, finished: (window) => windows.push(window) });
thread.start();
const startUs = systemClock.monotonicUs();
await PROGRAMS[program as ProgramName](performance.now() + Number(seconds) * 1000, spent);
const elapsedUs = systemClock.monotonicUs() - startUs;
thread.stop();

const names = new Set([...spent.keys(), GARBAGE]);
const sampled = new Map<string, number>();
let samples = 0;
let accountedUs = 0;
for (const { body } of windows) {
  accountedUs += body.idle.weight + body.dropped.weight;
  add('(idle)', body.idle.weight);
  if (spent.has('(idle)')) samples += body.idle.count;
  body.stack.forEach((stack, row) => {
    const [weight, count] = [body.weight[row] ?? 0, body.count[row] ?? 0];
    accountedUs += weight;
    for (let at = stack; at > 0; at = body.parent[at] ?? 0) {
      const name = body.frames[body.frame[at] ?? 0]?.name ?? '';
      if (!names.has(name)) continue;
      add(name, weight);
      samples += count;
      return;
    }
  });
}
process.send?.({ spentUs: Object.fromEntries([...spent].map(([name, ms]) => [name, ms * 1000])), sampledUs: Object.fromEntries(sampled), samples, elapsedUs, accountedUs } satisfies Told);
process.disconnect();

function add(name: string, us: number): void {
  sampled.set(name, (sampled.get(name) ?? 0) + us);
}
