// Sums windows to (stack as frames, count, weight), for formats that have no tables.
import type { Frame, Microseconds } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';
import { WindowBuilder } from '../window-builder.ts';

export interface StackTotal {
  readonly frames: readonly Frame[];
  readonly count: number;
  readonly weight: Microseconds;
}

/** Largest count first. */
export function stackTotals(windows: readonly FinishedWindow[]): StackTotal[] {
  const all = new WindowBuilder(Number.MAX_SAFE_INTEGER);
  for (const window of windows) all.addBody(window.body);
  const body = all.body();
  return Array.from(body.stack, (stack, row) => {
    const frames: Frame[] = [];
    for (let at = stack; at > 0; at = body.parent[at] ?? 0) {
      const frame = body.frames[body.frame[at] ?? 0];
      if (frame !== undefined) frames.unshift(frame);
    }
    return { frames, count: body.count[row] ?? 0, weight: body.weight[row] ?? 0 };
  }).sort((a, b) => b.count - a.count);
}

/** `name(file:line)`, as the ancestors' `name(module)`; what separates frames and lines there is escaped. */
export function frameText({ name, url, line }: Frame): string {
  const place = url === '' ? '' : `(${url}${line > 0 ? `:${line}` : ''})`;
  return `${name === '' ? '(anonymous)' : name}${place}`.replace(/[;\n\r]/g, encodeURIComponent);
}

export function stackText(frames: readonly Frame[]): string {
  return frames.map(frameText).join(';');
}
