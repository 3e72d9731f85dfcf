// Finished windows of this process, within a bound on memory. When it is full: windows that some answer held leave,
// oldest first; then neighbours nobody has seen are merged; only then is anything lost, and that is counted. Another
// process may tell a part of what was merged here: that is merged no further, and its rest is told by its parts.
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
  /** What comes after `seq`, oldest first, up to about `limitBytes` but at least one. It counts as sent from now on. */
  send(afterSeq: number, limitBytes?: Bytes): Sent;
  /** These parts could not be told. */
  lose(seqs: readonly number[]): void;
  /** Windows after `seq`, oldest first, for looking only. */
  peek(afterSeq: number): readonly FinishedWindow[];
  counts(): ShelfCounts;
}

export interface Sent {
  readonly windows: readonly FinishedWindow[];
  /** Sequence numbers after `seq` of what was merged with windows before it: only they are still to be told. */
  readonly parts: readonly number[];
  /** Up to where all is told then. */
  readonly lastSeq: number;
  readonly more: boolean;
}

interface Held {
  readonly window: FinishedWindow;
  readonly bytes: Bytes;
  /** The windows it was merged from, as they were finished. */
  readonly parts: readonly Part[];
  sent: boolean;
  /** Up to where another process told its parts, or they are counted as lost. */
  toldSeq: number;
}

interface Part {
  readonly seq: number;
  readonly lost: Tally;
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
    for (const entry of held) {
      if (entry.window.firstSeq <= told) entry.toldSeq = Math.max(entry.toldSeq, told);
      if (entry.window.lastSeq <= told) entry.sent = true;
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
    else count(entry.parts.filter((part) => part.seq > entry.toldSeq));
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
    const merged: Held = { window, bytes: bytesOf(window), parts: [...earlier.parts, ...later.parts], sent: false, toldSeq: 0 };
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
      held = [...held, { window, bytes, parts: [{ seq, lost: tallyOf(window) }], sent: false, toldSeq: 0 }];
      bytesHeld += bytes;
      makeRoom();
      return window;
    },
    send(afterSeq, limitBytes = Number.POSITIVE_INFINITY) {
      const waiting = after(afterSeq);
      let bytes = 0;
      const chosen = waiting.filter((entry, index) => (bytes += entry.bytes) <= limitBytes || index === 0);
      for (const entry of chosen) entry.sent = true;
      return {
        windows: chosen.map(({ window }) => window).filter(({ firstSeq }) => firstSeq > afterSeq),
        parts: chosen.filter(({ window }) => window.firstSeq <= afterSeq).flatMap(({ parts }) => parts.map((part) => part.seq).filter((one) => one > afterSeq)),
        lastSeq: chosen.at(-1)?.window.lastSeq ?? afterSeq,
        more: chosen.length < waiting.length,
      };
    },
    lose(seqs) {
      for (const entry of held) {
        const parts = entry.parts.filter((part) => part.seq > entry.toldSeq && seqs.includes(part.seq));
        count(parts);
        // Once, however many readers miss them.
        entry.toldSeq = Math.max(entry.toldSeq, ...parts.map((part) => part.seq));
      }
    },
    peek: (afterSeq) => after(afterSeq).map(({ window }) => window),
    counts: () => ({ bytesHeld, windowsMerged, windowsDropped: { ...windowsDropped }, lost: { ...lost } }),
  };
}

function isUnseen({ sent, toldSeq }: Held): boolean {
  return !sent && toldSeq === 0;
}

/** What is lost with a window: time, of kinds that measure it. */
function tallyOf(window: FinishedWindow): Tally {
  return KINDS[window.kind]?.unit === 'microseconds' ? { count: samplesOf(window), weight: window.endUs - window.startUs } : { count: 0, weight: 0 };
}
