// A clock that stands still until a test moves it.
import type { Clock } from '../../collector/clock.ts';

export interface FakeClock extends Clock {
  /** Moves on, firing what becomes due, in order. */
  advance(ms: number): void;
  /** Moves on without firing anything, as when the machine sleeps. */
  jump(ms: number): void;
  /** Sets the wall clock without any time passing. */
  setWall(ms: number): void;
  pending(): number;
}

export function createFakeClock({ lateMs = () => 0, wallMs = 1_700_000_000_000 }: { lateMs?: () => number; wallMs?: number } = {}): FakeClock {
  const timers = new Set<{ atMs: number; run: () => void }>();
  let nowMs = 0;
  let wallAtZeroMs = wallMs;
  return {
    wallMs: () => wallAtZeroMs + nowMs,
    monotonicMs: () => nowMs,
    at(dueMs, run) {
      const timer = { atMs: Math.max(dueMs + lateMs(), nowMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = untilMs;
    },
    jump(ms) {
      nowMs += ms;
    },
    setWall(ms) {
      wallAtZeroMs = ms - nowMs;
    },
    pending: () => timers.size,
  };
}
