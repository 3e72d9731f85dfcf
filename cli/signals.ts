// SIGINT and SIGTERM: the first ends the process in order, a later one at once.
import { constants } from 'node:os';

/** One key press can reach a process twice: from the terminal, and from the process that started it. */
const SAME_PRESS_MS = 500;

/** Resolves at the first signal. */
export function untilSignal(): Promise<void> {
  let firstMs: number | undefined;
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          process.stderr.write('liveprofiler: ending. A second signal ends it at once.\n');
          resolve();
        } else if (performance.now() - firstMs >= SAME_PRESS_MS) {
          process.stderr.write('liveprofiler: ended at once. What was stored is safe; the rest is asked for again.\n');
          process.exit(128 + constants.signals[signal]);
        }
      });
    }
  });
}
