// Disk: a day of one process per program, as written and after the store's upkeep, beside gzipped pprof and text.
import { openStore } from '../../collector/store/index.ts';
import type { Bench } from './bench.ts';
import type { Measured } from './figures.ts';
import { short, table } from './figures.ts';
import { diskBytes, inFolder } from './folder.ts';
import { gzippedFolded, gzippedPprof } from './formats.ts';
import type { Filled, Laid } from './layout.ts';
import { DAY_MS, fill, FIRST_MS, HOUR_MS, recordedWindows, windowsOf } from './layout.ts';
import type { Material } from './material.ts';
import { total } from './material.ts';
import { BUSY } from './programs.ts';

/** How long after its end a stretch of time is looked at again: whatever the store seals has been sealed by then. */
const SEALED_AFTER_MS = 6 * HOUR_MS;

interface Sizes {
  readonly program: string;
  readonly windows: number;
  readonly samples: number;
  readonly rows: number;
  readonly writtenBytes: number;
  readonly upkeptBytes: number;
  /** Of all windows, told from those of the first hour. */
  readonly pprofBytes: number;
  readonly foldedBytes: number;
  readonly days: number;
  /** Of the recording alone: nothing comes again, so its names weigh the most. */
  readonly recordedPerSample: number;
}

export async function disk({ materials, quick }: Bench): Promise<Measured> {
  const lengthMs = quick ? HOUR_MS : DAY_MS;
  const all: Sizes[] = [];
  for (const material of materials.values()) all.push(await sizesOf(material, lengthMs));
  const busy = all.find(({ program }) => program === BUSY);
  if (busy === undefined) throw new Error(`${BUSY} was not measured`);
  const mbADay = busy.upkeptBytes / 1e6 / busy.days;
  const figures = [
    { what: 'disk, one busy process, as written', target: '≤ 2.5 B/sample', measured: `${perSample(busy, busy.writtenBytes)} B/sample`, met: busy.writtenBytes / busy.samples <= 2.5 },
    { what: 'the same after upkeep: sealed, with its roll-ups', target: '≤ 1.5 B/sample', measured: `${perSample(busy, busy.upkeptBytes)} B/sample`, met: busy.upkeptBytes / busy.samples <= 1.5 },
    { what: 'the same, a day, dictionary included', target: '≤ 12 MB', measured: `${short(mbADay)} MB`, met: mbADay <= 12 },
  ];
  return { figures, details: `${sizeTable(all)}\n\n${NOTE}${quick ? ' Quick: an hour in place of a day.' : ''}` };
}

const NOTE = 'A sample is one in a row: idle ones are tallied and take no room of their own. Sizes are what `du` tells of the closed folder, dictionaries, identities, lines, what was observed beside the stacks, and logs included. Upkeep ran six hours after the end of the day. pprof and folded text: a gzipped file per window of the first hour, names included, laid out over the day. The recording alone is its minutes written once: a day made of them meets no new stacks, a real one does, so the truth for a program that goes on meeting them lies between.';

async function sizesOf(material: Material, lengthMs: number): Promise<Sizes> {
  const untilMs = FIRST_MS + lengthMs;
  const day = await written(windowsOf({ host: material.name, material, range: { fromMs: FIRST_MS, untilMs } }), untilMs + SEALED_AFTER_MS);
  const recorded = await written(recordedWindows(material, material.name, FIRST_MS), untilMs + SEALED_AFTER_MS);
  return { program: material.name, ...day, ...others(material, day.windows), days: lengthMs / DAY_MS, recordedPerSample: recorded.writtenBytes / recorded.samples };
}

async function written(windows: Iterable<Laid>, upkeepMs: number): Promise<Filled & Pick<Sizes, 'writtenBytes' | 'upkeptBytes'>> {
  return inFolder(async (path) => {
    const store = await openStore({ path });
    const filled = await fill(store, windows);
    await store.close();
    // Opened once more, so that what still lay in a log is where it stays.
    await (await openStore({ path })).close();
    const writtenBytes = await diskBytes(path);
    const again = await openStore({ path });
    await again.prune(upkeepMs);
    await again.close();
    await (await openStore({ path })).close();
    return { ...filled, writtenBytes, upkeptBytes: await diskBytes(path) };
  });
}

function others(material: Material, windows: number): { pprofBytes: number; foldedBytes: number } {
  const hour = [...windowsOf({ host: material.name, material, range: { fromMs: FIRST_MS, untilMs: FIRST_MS + HOUR_MS } })];
  const scaled = (bytes: (profile: (typeof hour)[number]['profile']) => Buffer): number => (total(hour.map(({ profile }) => bytes(profile).length)) / hour.length) * windows;
  return { pprofBytes: scaled(gzippedPprof), foldedBytes: scaled(gzippedFolded) };
}

function sizeTable(all: readonly Sizes[]): string {
  const cell = (sizes: Sizes, bytes: number): string => `${perSample(sizes, bytes)} (${short(bytes / 1e6 / sizes.days)})`;
  const rows = all.map((sizes) => [sizes.program, short(sizes.samples / sizes.windows), short(sizes.rows / sizes.windows), cell(sizes, sizes.writtenBytes), cell(sizes, sizes.upkeptBytes), short(sizes.recordedPerSample), cell(sizes, sizes.pprofBytes), cell(sizes, sizes.foldedBytes)]);
  return table(['bytes a sample (MB a day)', 'samples a window', 'stacks a window', 'as written', 'after upkeep', 'the recording alone', 'gzipped pprof', 'gzipped folded text'], rows);
}

function perSample({ samples }: Sizes, bytes: number): string {
  return short(bytes / samples);
}
