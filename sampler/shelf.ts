// Finished windows of this process, within a bound on memory. When it is full: windows that some answer held leave,
// oldest first; then neighbours nobody has seen are merged; only then is anything lost, and that is counted.
import type { Bytes, Tally } from './profile.ts';
import { KINDS } from './profile.ts';
import type { FinishedWindow, ThreadWindow } from './window.ts';
import { bytesOf, canMerge, merge, samplesOf } from './window.ts';

export interface ShelfCounts {
  readonly bytesHeld: Bytes;
  readonly windowsMerged: number;
  readonly windowsDropped: { readonly read: number; readonly unread: number };
  readonly lost: Tally;
}

export interface Shelf {
  /** Puts a window on the shelf under the next sequence number. */
  readonly add: (window: ThreadWindow) => FinishedWindow;
  /** Windows after `seq`, oldest first, up to about `limitBytes` but at least one. They count as sent from now on. */
  send(afterSeq: number, limitBytes?: Bytes): { readonly windows: readonly FinishedWindow[]; readonly more: boolean };
  /** The same, for looking only. */
  peek(afterSeq: number): readonly FinishedWindow[];
  counts(): ShelfCounts;
}

interface Held {
  readonly window: FinishedWindow;
  readonly bytes: Bytes;
  sent: boolean;
}

/** `toldByOthers`: up to which of these windows another process has answered for this one; they count as sent. */
export function createShelf(maxBytes: Bytes, toldByOthers: () => number = () => 0): Shelf {
  let held: Held[] = [];
  let seq = 0;
  let bytesHeld = 0;
  let windowsMerged = 0;
  const windowsDropped = { read: 0, unread: 0 };
  const lost = { count: 0, weight: 0 };

  function makeRoom(): void {
    if (bytesHeld <= maxBytes) return;
    const told = toldByOthers();
    for (const entry of held) if (entry.window.lastSeq <= told) entry.sent = true;
    while (bytesHeld > maxBytes && held.length > 1) {
      const sent = held.findIndex((entry) => entry.sent);
      if (sent >= 0) drop(sent);
      else if (!mergeOldest()) drop(0);
    }
  }

  function drop(index: number): void {
    const [entry] = held.splice(index, 1);
    if (entry === undefined) return;
    bytesHeld -= entry.bytes;
    if (entry.sent) {
      windowsDropped.read++;
      return;
    }
    windowsDropped.unread += entry.window.lastSeq - entry.window.firstSeq + 1;
    if (KINDS[entry.window.kind]?.unit !== 'microseconds') return;
    lost.count += samplesOf(entry.window);
    lost.weight += entry.window.endUs - entry.window.startUs;
  }

  /** Of all pairs that can be merged the one of least bytes, so that work and resolution are spread evenly. */
  function mergeOldest(): boolean {
    let best: { readonly earlier: Held; readonly later: Held; readonly bytes: Bytes } | undefined;
    const lastOf = new Map<string, Held>();
    for (const later of held) {
      const { thread, kind } = later.window;
      const series = `${thread} ${kind}`;
      const earlier = lastOf.get(series);
      lastOf.set(series, later);
      if (earlier === undefined || earlier.sent || later.sent || !canMerge(earlier.window, later.window)) continue;
      const bytes = earlier.bytes + later.bytes;
      if (best === undefined || bytes < best.bytes) best = { earlier, later, bytes };
    }
    if (best === undefined) return false;
    const { earlier, later } = best;
    const window = merge(earlier.window, later.window);
    const merged: Held = { window, bytes: bytesOf(window), sent: false };
    // In the later one's place: readers go by the last sequence number.
    held = held.filter((entry) => entry !== earlier).map((entry) => (entry === later ? merged : entry));
    bytesHeld += merged.bytes - best.bytes;
    windowsMerged++;
    return true;
  }

  const after = (afterSeq: number) => held.filter(({ window }) => window.lastSeq > afterSeq);

  return {
    add(finished) {
      seq++;
      const window: FinishedWindow = { ...finished, firstSeq: seq, lastSeq: seq };
      const bytes = bytesOf(window);
      held = [...held, { window, bytes, sent: false }];
      bytesHeld += bytes;
      makeRoom();
      return window;
    },
    send(afterSeq, limitBytes = Number.POSITIVE_INFINITY) {
      const waiting = after(afterSeq);
      let bytes = 0;
      const chosen = waiting.filter((entry, index) => (bytes += entry.bytes) <= limitBytes || index === 0);
      for (const entry of chosen) entry.sent = true;
      return { windows: chosen.map(({ window }) => window), more: chosen.length < waiting.length };
    },
    peek: (afterSeq) => after(afterSeq).map(({ window }) => window),
    counts: () => ({ bytesHeld, windowsMerged, windowsDropped: { ...windowsDropped }, lost: { ...lost } }),
  };
}
