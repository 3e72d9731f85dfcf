// The writing half of the store's contract over a real LevelDB folder, and sums to compare with what hosts served.
// Windows are kept as JSON: what is tested here is who writes what and when, not how it is packed.
import { Level } from 'level';
import type { AppendReport, HostMemory, StackWindow, Store, Window } from '../../collector/store/contract.ts';

export interface TestStore extends Pick<Store, 'append' | 'memory' | 'close'> {
  windows(host: string): Promise<readonly StackWindow[]>;
  tally(host: string): Promise<{ readonly windows: number; readonly count: number; readonly weight: number }>;
}

export async function openTestStore(folder: string): Promise<TestStore> {
  const level = new Level<string, unknown>(folder, { valueEncoding: 'json' });
  await level.open();
  const windows = async (host: string): Promise<readonly StackWindow[]> => {
    const all = (await level.values({ gte: 'window ', lt: 'window!' }).all()) as StackWindow[];
    return all.filter((window) => window.host === host);
  };
  return {
    async append(fresh, memories): Promise<AppendReport> {
      const known = (await level.values({ gte: 'window ', lt: 'window!' }).all()) as Window[];
      const refused: AppendReport['refused'][number][] = [];
      let duplicates = 0;
      const kept: Window[] = [];
      for (const window of fresh) {
        const overlapping = [...known, ...kept].filter((other) => streamOf(other) === streamOf(window) && other.firstSeq <= window.lastSeq && window.firstSeq <= other.lastSeq);
        const [other] = overlapping;
        if (other === undefined) kept.push(window);
        else if (other.firstSeq === window.firstSeq && other.lastSeq === window.lastSeq) duplicates++;
        else refused.push({ window, why: `It overlaps the window ${other.firstSeq}..${other.lastSeq}.` });
      }
      const entries: { type: 'put'; key: string; value: unknown }[] = [];
      for (const window of kept) entries.push({ type: 'put', key: `window ${streamOf(window)} ${window.firstSeq}`, value: window });
      for (const [host, memory] of memories) entries.push({ type: 'put', key: `memory ${host}`, value: memory });
      await level.batch(entries, { sync: true });
      return { appended: kept.length, duplicates, refused };
    },
    async memory(host) {
      return (await level.get(`memory ${host}`)) as HostMemory | undefined;
    },
    windows,
    async tally(host) {
      const all = await windows(host);
      const sum = (column: 'count' | 'weight'): number => all.reduce((total, { profile }) => total + profile.rows[column].reduce((one, other) => one + other, 0), 0);
      return { windows: all.length, count: sum('count'), weight: sum('weight') };
    },
    close: () => level.close(),
  };
}

function streamOf({ boot, thread, kind }: Window): string {
  return JSON.stringify([boot, thread, kind]);
}
