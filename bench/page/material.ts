// What the page is measured with: two recordings of a real program, each a call tree of as many nodes as are wanted,
// and a fleet of many hosts that each did a little of it.
import { FACTS } from 'liveprofiler-sampler/wire';
import type { StackWindow, Window } from '../../collector/store/index.ts';
import { recordedWindows, withOwnTables } from '../store/layout.ts';
import type { Material } from '../store/material.ts';
import { BUSY } from '../store/programs.ts';
import { recordUntil } from '../store/record.ts';

export const NODES = 100_000;
/** Often, so that a minute is enough. */
const INTERVAL_US = 1000;
const USUAL_INTERVAL_US = 10_000;
/** All that the overview shows at first: a quarter of an hour. */
export const FLEET_WINDOWS = 90;
const WINDOW_MS = 10_000;
const SERVICES = 12;
/** What a sampler tells of itself with every window. */
const OWN_COST = { samplerPauseUs: { min: 150, max: 900, sum: 4000, count: 10, last: 300 }, samplerHeldBytes: { min: 100_000, max: 200_000, sum: 300_000, count: 2, last: 200_000 } };
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

/** Every host did one of the recording's windows again and again. */
export async function* fleet(hosts: readonly string[], nowMs: number): AsyncGenerator<Window, void, void> {
  const recorded = [...recordedWindows(await recordUntil('page-fleet', BUSY, USUAL_INTERVAL_US, ({ seconds }) => seconds.length >= 30), '', nowMs)].map(withOwnTables);
  for (let turn = 1; turn <= FLEET_WINDOWS; turn++) {
    for (const [index, host] of hosts.entries()) {
      const window = recorded[index % recorded.length] ?? missing();
      const startUs = (nowMs - (FLEET_WINDOWS - turn + 1) * WINDOW_MS) * 1000;
      const { thread, threadName, epoch } = window;
      const identity = { host, boot: `boot-${host}`, thread, threadName, epoch, firstSeq: turn, lastSeq: turn, processLabels: { ...window.processLabels, hostname: host, service: serviceOf(index) }, startUs, endUs: startUs + window.endUs - window.startUs };
      yield { ...window, ...identity };
      yield { ...identity, kind: FACTS, numbers: OWN_COST };
    }
  }
}

export function serviceOf(host: number): string {
  return `service-${host % SERVICES}`;
}

function missing(): never {
  throw new Error('nothing was recorded');
}
