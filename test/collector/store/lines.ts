// Lines for made-up windows, and answers about them in an order of their own.
import type { LinesAnswer, Range, Selector, StackWindow } from '../../../collector/store/index.ts';

const STEP_US = 300_000_000;

/** Some samples of each function at some lines: which, `turn` decides. */
export function withLines(window: StackWindow, turn: number): StackWindow {
  const { stacks, rows } = window.profile;
  const self = new Map<number, number>();
  rows.stack.forEach((stack, row) => self.set(stacks.frame[stack] ?? 0, (self.get(stacks.frame[stack] ?? 0) ?? 0) + (rows.count[row] ?? 0)));
  const entries = [...self].flatMap(([frame, count]) => {
    const first = (turn * 7 + frame) % (count + 1);
    return [[frame, 1 + ((turn * 3) % 9), first], [frame, 20 + (turn % 4), (count - first) >> 1]] as const;
  }).filter(([, , count]) => count > 0);
  if (entries.length === 0) return window;
  return { ...window, lines: { frame: entries.map(([frame]) => frame), line: entries.map(([, line]) => line), count: entries.map(([, , count]) => count) } };
}

export interface ToldLines {
  /** `frame:line`, and `frame` for its samples. */
  readonly hits: Readonly<Record<string, number>>;
  readonly windows: number;
  readonly covered: Range | undefined;
}

export function toldLines({ frames, selfCount, lines, windows, covered }: LinesAnswer): ToldLines {
  const hits = new Map<string, number>();
  lines.frame.forEach((frame, i) => hits.set(`${frames[frame]?.name}:${lines.line[i]}`, lines.count[i] ?? 0));
  frames.forEach(({ name }, frame) => hits.set(name, selfCount[frame] ?? 0));
  return { hits: ordered(hits), windows, covered };
}

/** What a store should answer, worked out window by window. */
export function naiveLines(windows: readonly StackWindow[], { kind, hosts, boots, threads, labels = {} }: Selector, { fromMs, untilMs }: Range): ToldLines {
  const [fromUs, untilUs] = [Math.floor((fromMs * 1000) / STEP_US) * STEP_US, Math.ceil((untilMs * 1000) / STEP_US) * STEP_US];
  const meant = windows.filter((window) => window.kind === kind && (hosts?.includes(window.host) ?? true) && (boots?.includes(window.boot) ?? true) && (threads?.includes(window.thread) ?? true)
    && window.startUs >= fromUs && window.startUs < untilUs
    && Object.entries(labels).every(([name, values]) => !Object.hasOwn(window.processLabels, name) || values.includes(window.processLabels[name] ?? '')));
  const hits = new Map<string, number>();
  const add = (name: string, count: number): void => void hits.set(name, (hits.get(name) ?? 0) + count);
  for (const { profile: { frames, stacks, rows }, lines } of meant) {
    rows.stack.forEach((stack, row) => { if (stack > 0) add(frames[stacks.frame[stack] ?? 0]?.name ?? '', rows.count[row] ?? 0); });
    lines?.frame.forEach((frame, i) => { add(`${frames[frame]?.name}:${lines.line[i]}`, lines.count[i] ?? 0); });
  }
  return { hits: ordered(hits), windows: meant.length, covered: meant.length === 0 ? undefined : { fromMs: Math.min(...meant.map(({ startUs }) => startUs)) / 1000, untilMs: Math.max(...meant.map(({ endUs }) => endUs)) / 1000 } };
}

function ordered(hits: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...hits].sort(([a], [b]) => (a < b ? -1 : 1)));
}
