// What the page is measured with: two recordings of a real program, each a call tree of as many nodes as are wanted,
// and a fleet of many hosts that each did a little of it.
import type { StackWindow } from '../../collector/store/index.ts';
import { recordedWindows, withOwnTables } from '../store/layout.ts';
import type { Material } from '../store/material.ts';
import { BUSY } from '../store/programs.ts';
import { recordUntil } from '../store/record.ts';

export const NODES = 100_000;
/** Often, so that a minute is enough. */
const INTERVAL_US = 1000;
const USUAL_INTERVAL_US = 10_000;
const FLEET_WINDOWS = 3;
const SERVICES = 12;
const MINUTE_MS = 60_000;

export interface Profiles {
  readonly windows: readonly StackWindow[];
  /** Ranges that hold one recording each. */
  readonly before: { readonly fromMs: number; readonly untilMs: number };
  readonly after: { readonly fromMs: number; readonly untilMs: number };
  readonly about: string;
}

/** Two recordings of one host, one before the other. */
export async function twoProfiles(host: string, nowMs: number): Promise<Profiles> {
  const enough = (material: Material): boolean => material.stacks.parent.length > NODES;
  const materials = [await recordUntil('page-1', BUSY, INTERVAL_US, enough), await recordUntil('page-2', BUSY, INTERVAL_US, enough)];
  const lengthMs = 10 * MINUTE_MS;
  const [before, after] = [2, 1].map((turns) => ({ fromMs: nowMs - turns * lengthMs, untilMs: nowMs - (turns - 1) * lengthMs }));
  if (before === undefined || after === undefined) throw new Error('two ranges were made');
  const windows = [before, after].flatMap(({ fromMs }, index) => [...recordedWindows(materials[index] ?? missing(), host, fromMs)].map((window) => withOwnTables({ ...window, boot: `boot-${index}` })));
  return { windows, before, after, about: materials.map(({ stacks, frames, seconds }) => `${stacks.parent.length - 1} nodes of ${frames.length} functions in ${seconds.length} s`).join(' and ') };
}

/** Every host did one of the recording's windows, a few times in the last minutes. */
export async function* fleet(hosts: readonly string[], nowMs: number): AsyncGenerator<StackWindow, void, void> {
  const recorded = [...recordedWindows(await recordUntil('page-fleet', BUSY, USUAL_INTERVAL_US, ({ seconds }) => seconds.length >= 30), '', nowMs)].map(withOwnTables);
  for (const [index, host] of hosts.entries()) {
    const window = recorded[index % recorded.length] ?? missing();
    for (let turn = 0; turn < FLEET_WINDOWS; turn++) {
      const startUs = (nowMs - (turn + 1) * MINUTE_MS) * 1000;
      yield { ...window, host, boot: `boot-${host}`, firstSeq: turn + 1, lastSeq: turn + 1, processLabels: { ...window.processLabels, hostname: host, service: serviceOf(index) }, startUs, endUs: startUs + window.endUs - window.startUs };
    }
  }
}

export function serviceOf(host: number): string {
  return `service-${host % SERVICES}`;
}

function missing(): never {
  throw new Error('nothing was recorded');
}
