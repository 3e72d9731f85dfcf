// What pages ask first. Server and page share it: the server tells the browser to ask before the page's script is
// there, which only helps as long as both write the very same address. Pure.
import type { FleetState } from './fleet.ts';
import { isCost, readFleet } from './fleet.ts';
import type { DiffState } from './diff-state.ts';
import { diffQuestion, readDiff } from './diff-state.ts';
import type { GraphState } from './state.ts';
import type { MemoryState } from './memory-state.ts';
import { readMemory } from './memory-state.ts';
import { needsZone, questionOf, readState } from './state.ts';

/** More than is drawn at first, when what was cut is opened where a path cannot say what is meant. */
export const MORE = '20000';

export function flameQuestion(state: GraphState): string {
  return `/api/flame?${questionOf(state, { idle: state.idle ? '1' : '', limit: state.open && isTransformed(state) ? MORE : '' })}`;
}

export function isTransformed({ hide, fold }: Pick<GraphState, 'hide' | 'fold'>): boolean {
  return hide.length > 0 || fold;
}

export function linesQuestion(state: GraphState): string {
  return `/api/timeline?${questionOf(state, { by: state.by })}`;
}

/** What can be told of hosts at once. */
export const STATES_QUESTION = '/api/hosts?only=state';

/** All of it, or a part. */
export function hostsQuestion({ from }: Pick<FleetState, 'from'>, only: 'busy' | 'cost' | '' = ''): string {
  return `/api/hosts?${questionOf({ ...readState('', ''), from }, { only })}`;
}

/** How busy hosts were comes first, unless they are ordered by the rest. */
export function firstPart({ order }: Pick<FleetState, 'order'>): 'busy' | '' {
  return isCost(order) ? '' : 'busy';
}

export function changesQuestion(state: DiffState): string {
  return `/api/diff?${diffQuestion(state)}`;
}

export function memoryQuestion(state: MemoryState): string {
  return `/api/memory?${questionOf(state, { by: state.by })}`;
}

export function processQuestion(state: MemoryState): string {
  return `/api/process?${questionOf(state)}`;
}

export const SNAPSHOTS_QUESTION = '/api/snapshots';

/** Of the page with this query; none where the zone that dates are read in is known to the browser alone. */
export function firstQuestions(view: 'overview' | 'graph' | 'diff' | 'memory' | 'process', search: string, host = ''): readonly string[] {
  if (view === 'overview') {
    const state = readFleet(search);
    return needsZone(state.from) ? [STATES_QUESTION] : [STATES_QUESTION, hostsQuestion(state, firstPart(state))];
  }
  if (view === 'diff') {
    const state = readDiff(search);
    const zoned = [state.a, state.b].some((side) => side !== undefined && (needsZone(side.from) || needsZone(side.until)));
    return zoned && !state.utc ? [] : [changesQuestion(state)];
  }
  const state = readState(search, host);
  if ((needsZone(state.from) || needsZone(state.until)) && !state.utc) return [];
  if (view === 'graph') return [flameQuestion(state), linesQuestion(state)];
  const about = readMemory(search, host);
  return [view === 'memory' ? memoryQuestion(about) : processQuestion(about)];
}
