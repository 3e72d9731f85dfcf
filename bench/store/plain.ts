// The store's append beside plain LevelDB batches that write as many entries and bytes, synced as often.
import { join } from 'node:path';
import { Level } from 'level';
import { openStore } from '../../collector/store/index.ts';
import type { Bench } from './bench.ts';
import { short, table } from './figures.ts';
import { diskBytes, inFolder } from './folder.ts';
import { gzippedFolded } from './formats.ts';
import type { Laid } from './layout.ts';
import { FIRST_MS, windowsOf, withOwnTables } from './layout.ts';
import { total } from './material.ts';

/** Windows per batch: what arrives in a second from a thousand hosts. */
const BATCH = 100;
/** A header, rows and an identity. */
const ENTRIES = 3;

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export async function besidePlainBatches(materials: Bench['materials'], count: number): Promise<{ cpuRatio: number; wallRatio: number; details: string }> {
  const batches = makeBatches(materials, count);
  const { cost: ours, bytes } = await inFolder(async (path) => {
    const store = await openStore({ path });
    const cost = await costOf(async () => {
      for (const batch of batches) await store.append(batch, new Map());
    });
    await store.close();
    return { cost, bytes: await diskBytes(path) };
  });
  const values = valuesOf(batches.flat(), bytes / (count * ENTRIES));
  const plain = await inFolder(async (path) => {
    const level = new Level<string, Buffer>(join(path, 'plain'), { valueEncoding: 'buffer' });
    await level.open();
    const cost = await costOf(async () => {
      for (let i = 0; i < values.length; i += BATCH * ENTRIES) {
        await level.batch(values.slice(i, i + BATCH * ENTRIES).map((value, j) => ({ type: 'put', key: `window ${String(i + j).padStart(40, '0')}`, value })), { sync: true });
      }
    });
    await level.close();
    return cost;
  });
  const row = (name: string, { cpuMs, wallMs }: Cost): string[] => [name, `${short((cpuMs * 1000) / count)} µs`, `${short((wallMs * 1000) / count)} µs`];
  return {
    cpuRatio: ours.cpuMs / plain.cpuMs,
    wallRatio: ours.wallMs / plain.wallMs,
    details: `${table(['a window', 'CPU', 'time'], [row('append', ours), row('plain batches', plain)])}\n\n${count} windows of all programs in turn, each with tables of its own as answers bring them, ${BATCH} to a synced batch. The plain batches write ${ENTRIES} entries a window, in all the ${short(bytes / 1e6)} MB that the store's folder takes, of bytes that do not compress.`,
  };
}

function makeBatches(materials: Bench['materials'], count: number): Laid[][] {
  const range = { fromMs: FIRST_MS, untilMs: FIRST_MS + (count * 10_500) / materials.size };
  const streams = [...materials.values()].map((material) => windowsOf({ host: material.name, material, range }));
  const windows: Laid[] = [];
  while (windows.length < count) {
    for (const stream of streams) {
      const { value } = stream.next();
      if (value !== undefined && windows.length < count) windows.push(withOwnTables(value));
    }
  }
  return Array.from({ length: Math.ceil(count / BATCH) }, (_, i) => windows.slice(i * BATCH, (i + 1) * BATCH));
}

/** Bytes of the same windows, gzipped, in pieces of the size asked for. */
function valuesOf(windows: readonly Laid[], bytes: number): Buffer[] {
  const source = Buffer.concat(windows.slice(0, 200).map(({ profile }) => gzippedFolded(profile)));
  const size = Math.max(1, Math.round(bytes));
  return Array.from({ length: windows.length * ENTRIES }, (_, i) => {
    const from = (i * size) % Math.max(1, source.length - size);
    return source.subarray(from, from + size);
  });
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(startCpu);
  return { wallMs: performance.now() - startMs, cpuMs: total([user, system]) / 1000 };
}
