// The real store, with a note of each window it took, as it was handed in, and sums to compare with what hosts served.
import assert from 'node:assert/strict';
import type { WindowIdentity } from 'liveprofiler-sampler/wire';
import { openStore } from '../../collector/store/index.ts';
import type { StackWindow, Store } from '../../collector/store/index.ts';

export interface NotingStore extends Store {
  /** What was handed in for a host and not refused, each window once. */
  windows(host: string): readonly StackWindow[];
  /** What the store answers for a host over all time. */
  tally(host: string): Promise<{ readonly windows: number; readonly count: number; readonly weight: number }>;
}

const EVER = { fromMs: 0, untilMs: 4e12 };

export async function openNotingStore(path: string): Promise<NotingStore> {
  const store = await openStore({ path });
  const taken = new Map<string, StackWindow>();
  return {
    ...store,
    async append(windows, memories) {
      const report = await store.append(windows, memories);
      const refused = new Set(report.refused.map(({ window }) => identityOf(window)));
      for (const window of windows) {
        const key = `${window.host} ${identityOf(window)}`;
        if ('profile' in window && !taken.has(key) && !refused.has(identityOf(window))) taken.set(key, window);
      }
      return report;
    },
    windows: (host) => [...taken.values()].filter((window) => window.host === host),
    async tally(host) {
      const { tree, windows } = await store.query({ kind: 'cpu', hosts: [host] }, EVER);
      return { windows, count: tree.totalCount[0] ?? 0, weight: tree.totalWeight[0] ?? 0 };
    },
  };
}

/** The store holds these windows, each once and to the unit, and none besides. */
export async function assertHolds(store: Store, windows: readonly StackWindow[]): Promise<void> {
  assert.equal((await store.query({ kind: 'cpu' }, EVER)).windows, windows.length);
  // Identities that the store has, and no others: the same windows once more change nothing.
  assert.deepEqual(await store.append(windows, new Map()), { appended: 0, duplicates: windows.length, refused: [] });
  for (const window of windows) assert.deepEqual(await kept(store, window), told(window), `window ${window.firstSeq}`);
}

/** What the store holds at the start of a window: counts and weights by function. */
async function kept(store: Store, { boot, startUs }: StackWindow): Promise<unknown> {
  const fromMs = Math.floor(startUs / 1000);
  const { tree, windows, idle, covered } = await store.query({ kind: 'cpu', boots: [boot] }, { fromMs, untilMs: fromMs + 1 });
  const rows = tree.frame.map((frame, node) => [tree.frames[frame]?.name ?? '', tree.selfCount[node] ?? 0, tree.selfWeight[node] ?? 0] as const).slice(1);
  return { windows, idle, covered, rows: byFunction(rows) };
}

function told({ idle, startUs, endUs, profile: { frames, stacks, rows } }: StackWindow): unknown {
  const sums = rows.stack.map((stack, i) => [frames[stacks.frame[stack] ?? 0]?.name ?? '', rows.count[i] ?? 0, rows.weight[i] ?? 0] as const);
  return { windows: 1, idle, covered: { fromMs: startUs / 1000, untilMs: endUs / 1000 }, rows: byFunction(sums) };
}

function byFunction(rows: readonly (readonly [name: string, count: number, weight: number])[]): Readonly<Record<string, readonly number[]>> {
  // Functions may be called `toString`.
  const sums = new Map<string, readonly number[]>();
  for (const [name, count, weight] of rows) {
    const [countBefore = 0, weightBefore = 0] = sums.get(name) ?? [];
    if (count > 0 || weight > 0) sums.set(name, [countBefore + count, weightBefore + weight]);
  }
  return Object.fromEntries(sums);
}

function identityOf({ boot, thread, kind, firstSeq, lastSeq }: WindowIdentity): string {
  return JSON.stringify([boot, thread, kind, firstSeq, lastSeq]);
}
