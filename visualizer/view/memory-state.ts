// What a page of memory shows. It lives in the address. Pure.
import { EVERYTHING } from '../selection.ts';
import type { Subject, Times } from './state.ts';
import { joined, pageOf, readSubject, readTimes, writeTimes } from './state.ts';

export interface MemoryState extends Subject, Times {
  /** What lines are grouped by: empty for one of each. */
  readonly by: string;
}

export function readMemory(search: string, host: string): MemoryState {
  const query = new URLSearchParams(search);
  const subject = readSubject(query, host);
  return { ...subject, selection: { ...subject.selection, kind: EVERYTHING.kind }, ...readTimes(query), by: query.get('by') ?? '' };
}

export function memoryAddress(state: MemoryState): string {
  const { path, query } = pageOf('memory', state);
  if (state.by !== '') query.set('by', state.by);
  writeTimes(state, query);
  return joined(path, query);
}
