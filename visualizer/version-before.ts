// Which version ran before the newest one of a range, and when it last ran as long.
import type { Range, StoreReader } from '../collector/store/contract.ts';
import type { Selection } from './selection.ts';
import { selectorOf } from './selection.ts';

export interface VersionBefore {
  /** The newest version of the range; absent when nothing there tells one. */
  readonly version?: string;
  /** The one before it, and the last time of the same length in which it ran; absent when none is kept. */
  readonly before?: Range & { readonly version: string };
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 30 * 24 * HOUR_MS;

interface Seen {
  readonly version: string;
  /** When the first and the last step begin in which it ran. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export async function versionBefore(store: StoreReader, selection: Selection, { fromMs, untilMs }: Range): Promise<VersionBefore> {
  const { version: chosen, ...labels } = selection.labels;
  const now = await seen(selection, { fromMs, untilMs }, Math.max(MINUTE_MS, Math.ceil((untilMs - fromMs) / 200)));
  const newest = largest(now, ({ firstMs }) => firstMs);
  if (newest === undefined) return {};
  const all = { ...selection, labels };
  const hours = { fromMs: Math.floor((untilMs - LOOK_BACK_MS) / HOUR_MS) * HOUR_MS, untilMs: Math.ceil(untilMs / HOUR_MS) * HOUR_MS };
  const past = await seen(all, hours, HOUR_MS);
  const came = past.find(({ version }) => version === newest.version)?.firstMs ?? fromMs;
  const before = largest(past.filter(({ version, firstMs }) => version !== newest.version && firstMs <= came && !(chosen ?? []).includes(version)), ({ lastMs }) => lastMs);
  if (before === undefined) return { version: newest.version };
  const exactly = await seen({ ...all, labels: { ...labels, version: [before.version] } }, { fromMs: before.lastMs, untilMs: before.lastMs + HOUR_MS }, MINUTE_MS);
  const endMs = Math.min(untilMs, (exactly[0]?.lastMs ?? before.lastMs) + MINUTE_MS);
  return { version: newest.version, before: { version: before.version, fromMs: endMs - (untilMs - fromMs), untilMs: endMs } };

  async function seen(of: Selection, range: Range, stepMs: number): Promise<Seen[]> {
    const { series } = await store.timeline(selectorOf(of), range, stepMs, { label: 'version' });
    return series.filter(({ name }) => name !== '').map(({ name, coveredUs }) => {
      const at = (step: number): number => range.fromMs + step * stepMs;
      return { version: name, firstMs: at(coveredUs.findIndex((us) => us > 0)), lastMs: at(coveredUs.findLastIndex((us) => us > 0)) };
    });
  }
}

function largest<T>(all: readonly T[], by: (one: T) => number): T | undefined {
  return [...all].sort((a, b) => by(b) - by(a))[0];
}
