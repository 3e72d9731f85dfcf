// What this process tells of itself to a reader that has some of its windows. Invariant: what another process told a part
// of is never told again as a whole.
import type { Seen } from './cursor.ts';
import type { Bytes } from './profile.ts';
import type { Shelf } from './shelf.ts';
import type { Spool } from './spool/spool.ts';
import type { FinishedWindow } from './window.ts';

export interface OwnWindows {
  readonly windows: readonly FinishedWindow[];
  /** As they were finished, as JSON: the rest of what was merged here and told in part by another. */
  readonly records: readonly string[];
  /** What the reader then has. */
  readonly seen: Seen;
  readonly more: boolean;
}

/** Up to about `most` bytes of memory, but at least one. */
export async function ownWindows(shelf: Pick<Shelf, 'send' | 'lose'>, spool: Pick<Spool, 'own'> | undefined, before: Seen, most: Bytes): Promise<OwnWindows> {
  const { windows, parts, seen, more } = shelf.send(before, most);
  const found = parts.length === 0 ? undefined : await spool?.own(parts).catch(() => undefined);
  shelf.lose(parts.filter((seq) => found?.has(seq) !== true));
  return { windows, records: [...(found?.values() ?? [])], seen, more };
}
