// Sums windows and writes stacks as text, for formats that have no tables. Generators: what takes long is done a piece
// at a time, and empty pieces stand for work without text. They know one thread only: the stacks of a worker stand on a
// frame of its name.
import type { Frame } from '../profile.ts';
import { TRUNCATED } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import type { WindowBody } from '../window-builder.ts';
import { WindowBuilder } from '../window-builder.ts';

export interface Summed {
  readonly body: WindowBody;
  /** Rows of the body, largest count first. */
  readonly order: readonly number[];
}

/** Texts repeat what stacks share: beyond this the smallest are told in one, as many samples as they are. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
const ROW_SPACE = 2 ** 22;

/** As many stacks as one window may have: what is beyond them in the oldest windows is told in one. */
export function* summed(windows: readonly FinishedWindow[]): Generator<string, Summed> {
  const all = new WindowBuilder();
  const workers = new Map<number, Frame>();
  for (const { thread, threadName, body } of [...windows].reverse()) {
    const worker = workers.get(thread) ?? { name: threadName, url: '', line: 0, column: 0 };
    workers.set(thread, worker);
    all.addBody(body, { under: thread === 0 ? undefined : worker, labels: false });
    yield '';
  }
  const body = all.body();
  yield '';
  // One number per row sorts many times faster than a comparison.
  const keys = Float64Array.from(body.count, (count, row) => count * ROW_SPACE + row).sort().reverse();
  yield '';
  return { body, order: Array.from(keys, (key) => key % ROW_SPACE) };
}

/** Stacks that were seen, as text, largest count first. */
export function* stackTexts({ body, order }: Summed): Generator<{ readonly text: string; readonly count: number }, void> {
  const textOf = textsOf(body);
  let characters = 0;
  let rest = 0;
  for (const row of order) {
    const [stack, count] = [body.stack[row] ?? 0, body.count[row] ?? 0];
    if (stack === 0 || count === 0) continue;
    const text = textOf(stack);
    characters += text.length;
    if (characters > MOST_CHARACTERS) rest += count;
    else yield { text, count };
  }
  if (rest > 0) yield { text: TRUNCATED, count: rest };
}

/** By stack: `name(file:line)` of each frame, root first, separated by `;`. What stacks share is made once. */
function textsOf({ frames, parent, frame }: WindowBody): (stack: number) => string {
  const stacks: string[] = [''];
  return function textOf(stack): string {
    const below = parent[stack] ?? 0;
    const one = frames[frame[stack] ?? 0];
    return (stacks[stack] ??= `${below === 0 ? '' : `${textOf(below)};`}${one === undefined ? '' : frameText(one)}`);
  };
}

/** `name(file:line)`, as the ancestors' `name(module)`; what separates frames and lines there is escaped. */
function frameText({ name, url, line }: Frame): string {
  const place = url === '' ? '' : `(${url}${line > 0 ? `:${line}` : ''})`;
  return `${name === '' ? '(anonymous)' : name}${place}`.replace(/[;\n\r]/g, encodeURIComponent);
}
