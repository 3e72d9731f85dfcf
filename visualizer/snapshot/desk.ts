// The one snapshot that is open at a time. Whoever asks for another waits until it is analysed; the one before is closed,
// and so is the last one when nobody has asked for a while.
import { stat } from 'node:fs/promises';
import type { ClassRow, SnapshotWork } from './answers.ts';
import type { OpenSnapshot } from './open.ts';
import { openSnapshot } from './open.ts';
import type { Shelf } from './shelf.ts';

export interface Desk {
  /** Answers from the open snapshot, once it is that one. @throws SnapshotError, HttpError */
  ask<T>(name: string, question: (snapshot: OpenSnapshot) => Promise<T>): Promise<T>;
  /** Known even when the snapshot is not open any more. */
  classes(name: string): Promise<readonly ClassRow[]>;
  /** What is being analysed. */
  working(): SnapshotWork | undefined;
  close(): void;
}

const IDLE_MS = 10 * 60_000;
const MOST_TABLES = 8;

export function createDesk(shelf: Shelf, idleMs: number = IDLE_MS): Desk {
  let open: { readonly name: string; readonly snapshot: OpenSnapshot } | undefined;
  let working: SnapshotWork | undefined;
  let opening = new AbortController();
  let queue: Promise<unknown> = Promise.resolve();
  let idle: ReturnType<typeof setTimeout> | undefined;
  const tables = new Map<string, readonly ClassRow[]>();

  function close(): void {
    opening.abort();
    opening = new AbortController();
    clearTimeout(idle);
    open?.snapshot.close();
    open = undefined;
  }

  async function opened(name: string): Promise<OpenSnapshot> {
    const path = await shelf.pathOf(name);
    if (open?.name === name) return open.snapshot;
    close();
    working = { doing: 'analysing', name, phase: 'reading', share: 0 };
    try {
      const snapshot = await openSnapshot(path, { signal: opening.signal, progress: ({ phase, share }) => { working = { doing: 'analysing', name, phase, share }; } });
      open = { name, snapshot };
      return snapshot;
    } finally {
      working = undefined;
    }
  }

  async function ask<T>(name: string, question: (snapshot: OpenSnapshot) => Promise<T>): Promise<T> {
    const asked = queue.then(async () => {
      clearTimeout(idle);
      try {
        return await question(await opened(name));
      } catch (error) {
        // A process that ended answers nothing any more: the next question starts another.
        if (error instanceof Error && 'code' in error && error.code === 'SNAPSHOT_ENDED') close();
        throw error;
      } finally {
        idle = setTimeout(close, idleMs).unref();
      }
    });
    queue = asked.catch(() => undefined);
    return asked;
  }

  return {
    ask,
    async classes(name) {
      const { size, mtimeMs } = await stat(await shelf.pathOf(name));
      const key = `${name} ${size} ${mtimeMs}`;
      const known = tables.get(key);
      if (known !== undefined) return known;
      const rows = await ask(name, (snapshot) => snapshot.classes());
      tables.set(key, rows);
      for (const oldest of tables.keys()) if (tables.size > MOST_TABLES) tables.delete(oldest);
      return rows;
    },
    working: () => working,
    close,
  };
}
