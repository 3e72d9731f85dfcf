// What can be taken away, and where it is asked for. Pure; server and page share it.
import type { Range } from '../../collector/store/contract.ts';
import { inBytes, inTime } from './kinds.ts';
import type { GraphState } from './state.ts';
import { addressOf, fixedAt, questionOf } from './state.ts';

/** By its name in addresses: what it is for. */
export const FORMATS = {
  pprof: 'pprof, for go tool pprof and Pyroscope',
  speedscope: 'speedscope JSON',
  folded: 'folded text, for flamegraph.pl',
  cpuprofile: '.cpuprofile, for Chrome DevTools and VS Code',
  heapprofile: '.heapprofile, for Chrome DevTools',
  svg: 'SVG picture',
} as const;

export type Format = keyof typeof FORMATS;

/** One of Chrome's formats holds time alone, the other one bytes. */
export function fits(format: Format, kind: string): boolean {
  return format === 'cpuprofile' ? inTime(kind) : format !== 'heapprofile' || inBytes(kind);
}

/** Times are fixed: what is taken is what was looked at. */
export function exportAddress(state: GraphState, asked: Range, format: Format): string {
  return `/export/?${questionOf(fixedAt(state, asked), { format, weight: state.weight, idle: state.idle ? '1' : '' })}`;
}

/** speedscope reads what to load from the part of its address that no server sees. */
export function speedscopeAddress(state: GraphState, asked: Range, title: string): string {
  return `/speedscope/#profileURL=${encodeURIComponent(exportAddress(state, asked, 'speedscope'))}&title=${encodeURIComponent(title)}`;
}

/** A link to exactly this view, whenever it is opened. */
export function viewAddress(state: GraphState, asked: Range): string {
  return addressOf({ ...fixedAt(state, asked), live: false });
}
