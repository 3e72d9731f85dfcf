// Finished windows of this process, within a bound on memory. When it is full: windows that some answer held leave,
// oldest first; then neighbours nobody has seen are merged; only then is anything lost, and that is counted. Another
// process may tell a part of what was merged here: that is merged no further, and its rest is told by its parts.
import { isIn, isMissing } from './cursor.ts';
import type { Seen, Span } from './cursor.ts';
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
  /**
   * What a reader has not seen, oldest first, up to about `limitBytes`, but at least one and whatever was merged across
   * it. It counts as sent from now on.
   */
  send(seen: Seen, limitBytes?: Bytes): Sent;
  /** These parts could not be told. */
  lose(seqs: readonly number[]): void;
  /** Windows after `seq`, oldest first, for looking only. */
  peek(afterSeq: number): readonly FinishedWindow[];
  counts(): ShelfCounts;
}

export interface Sent {
  readonly windows: readonly FinishedWindow[];
  /** Sequence numbers of what was merged with windows that the reader has: only they are still to be told. */
  readonly parts: readonly number[];
  /** What the reader then has. */
  readonly seen: Seen;
  readonly more: boolean;
}

interface Held {
  readonly window: FinishedWindow;
  readonly bytes: Bytes;
  /** The windows it was merged from, as they were finished. */
  readonly parts: readonly Part[];
  sent: boolean;
  /** Parts that another process told, or that are counted as lost. */
  readonly settled: Set<number>;
}

interface Part {
  readonly seq: number;
  readonly lost: Tally;
}

/** `toldByOthers`: for which of these windows another process has answered; they count as sent. */
export function createShelf(maxBytes: Bytes, toldByOthers: () => readonly Span[] = () => []): Shelf {
  let held: Held[] = [];
  let seq = 0;
  let bytesHeld = 0;
  let windowsMerged = 0;
  const windowsDropped = { read: 0, unread: 0 };
  const lost = { count: 0, weight: 0 };

  function makeRoom(): void {
    if (bytesHeld <= maxBytes) return;
    const told = toldByOthers();
    for (const entry of held) {
      for (const part of entry.parts) if (isIn(told, part.seq)) entry.settled.add(part.seq);
      if (entry.settled.size === entry.parts.length) entry.sent = true;
    }
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
    if (entry.sent) windowsDropped.read++;
    else count(entry.parts.filter((part) => !entry.settled.has(part.seq)));
  }

  function count(parts: readonly Part[]): void {
    windowsDropped.unread += parts.length;
    for (const part of parts) {
      lost.count += part.lost.count;
      lost.weight += part.lost.weight;
    }
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
      if (earlier === undefined || !isUnseen(earlier) || !isUnseen(later) || !canMerge(earlier.window, later.window)) continue;
      const bytes = earlier.bytes + later.bytes;
      if (best === undefined || bytes < best.bytes) best = { earlier, later, bytes };
    }
    if (best === undefined) return false;
    const { earlier, later } = best;
    const window = merge(earlier.window, later.window);
    const merged: Held = { window, bytes: bytesOf(window), parts: [...earlier.parts, ...later.parts], sent: false, settled: new Set() };
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
      held = [...held, { window, bytes, parts: [{ seq, lost: tallyOf(window) }], sent: false, settled: new Set() }];
      bytesHeld += bytes;
      makeRoom();
      return window;
    },
    send(seen, limitBytes = Number.POSITIVE_INFINITY) {
      const missing = ({ seq: one }: Part): boolean => isMissing(seen, one);
      const waiting = held.filter(({ parts }) => parts.some(missing));
      let [bytes, length, lastSeq] = [0, 0, 0];
      // Those of several threads are merged across each other: what begins before the last one's end goes with it.
      for (const [index, entry] of waiting.entries()) {
        bytes += entry.bytes;
        if (index === 0 || bytes <= limitBytes || entry.window.firstSeq < lastSeq) [length, lastSeq] = [index + 1, entry.window.lastSeq];
      }
      const chosen = waiting.slice(0, length);
      for (const entry of chosen) entry.sent = true;
      const more = length < waiting.length;
      return {
        windows: chosen.filter(({ parts }) => parts.every(missing)).map(({ window }) => window),
        parts: chosen.filter(({ parts }) => !parts.every(missing)).flatMap(({ parts }) => parts.filter(missing).map((part) => part.seq)),
        seen: { seq: Math.max(seen.seq, lastSeq), holes: more ? seen.holes.flatMap(([first, last]) => (last <= lastSeq ? [] : [[Math.max(first, lastSeq + 1), last] as const])) : [] },
        more,
      };
    },
    lose(seqs) {
      for (const entry of held) {
        const parts = entry.parts.filter((part) => !entry.settled.has(part.seq) && seqs.includes(part.seq));
        count(parts);
        // Once, however many readers miss them.
        for (const part of parts) entry.settled.add(part.seq);
      }
    },
    peek: (afterSeq) => after(afterSeq).map(({ window }) => window),
    counts: () => ({ bytesHeld, windowsMerged, windowsDropped: { ...windowsDropped }, lost: { ...lost } }),
  };
}

function isUnseen({ sent, settled }: Held): boolean {
  return !sent && settled.size === 0;
}

/** What is lost with a window: time, of kinds that measure it. */
function tallyOf(window: FinishedWindow): Tally {
  return KINDS[window.kind]?.unit === 'microseconds' ? { count: samplesOf(window), weight: window.endUs - window.startUs } : { count: 0, weight: 0 };
}
