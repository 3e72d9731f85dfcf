// One of the twins: the TypeScript compiler at work for a while, with the sampler or without. Tells on stdout what took
// the time by itself.
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '#sampler/clock.js';
import { sampleThread } from '#sampler/thread.js';
import type { ThreadWindow } from '#sampler/window.js';
import { compileRooms } from '../store/programs/compiler.ts';

/** µs by function and line; pseudo frames but the collector are left out. */
export interface Selves {
  readonly us: Readonly<Record<string, number>>;
  readonly allUs: number;
  readonly samples: number;
}

const PSEUDO = new Set(['(root)', '(program)', '(idle)']);

export function selvesOf(rows: readonly { readonly name: string; readonly line: number; readonly us: number; readonly count: number }[]): Selves {
  const us = new Map<string, number>();
  let [allUs, samples] = [0, 0];
  for (const row of rows) {
    if (PSEUDO.has(row.name)) continue;
    const key = `${row.name === '' ? '(anonymous)' : row.name}:${row.line}`;
    us.set(key, (us.get(key) ?? 0) + row.us);
    allUs += row.us;
    samples += row.count;
  }
  return { us: Object.fromEntries(us), allUs, samples };
}

class Done extends Error {}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();

async function run(): Promise<void> {
  const [how = '', most = '', intervalUs = ''] = process.argv.slice(2);
  const windows: ThreadWindow[] = [];
  const thread = sampleThread({ thread: 0, threadName: () => 'main', intervalUs: Number(intervalUs), windowMs: 10_000, clock: systemClock, heldBytes: () => 0, finished: (window) => windows.push(window) });
  if (how === 'sampled') thread.start();
  // Seconds of the one that is sampled, steps of the other.
  const untilMs = how === 'sampled' ? performance.now() + Number(most) * 1000 : Number.POSITIVE_INFINITY;
  const mostSteps = how === 'sampled' ? Number.POSITIVE_INFINITY : Number(most);
  let steps = 0;
  const breathe = (): Promise<void> => (performance.now() < untilMs && steps++ < mostSteps ? turn() : Promise.reject(new Done()));
  try {
    for (;;) await compileRooms(breathe);
  } catch (error) {
    if (!(error instanceof Done)) throw error;
  }
  thread.stop();
  const rows = windows.flatMap(({ body }) => Array.from(body.stack, (stack, row) => {
    const frame = body.frames[body.frame[stack] ?? 0];
    return { name: stack === 0 ? '(root)' : (frame?.name ?? ''), line: frame?.line ?? 0, us: body.weight[row] ?? 0, count: body.count[row] ?? 0 };
  }));
  process.stdout.write(JSON.stringify({ ...selvesOf(rows), steps }));
}
