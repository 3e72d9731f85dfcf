// What a page of memory shows. It lives in the address. Pure.
import { EVERYTHING } from '../selection.ts';
import type { Subject, Times } from './state.ts';
import { joined, pageOf, readSubject, readTimes, writeTimes } from './state.ts';

export interface MemoryState extends Subject, Times {
  /** What lines are grouped by: empty for one of each. */
  readonly by: string;
  /** Two moments whose classes are told; the first and the last when nothing is said. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** A tracked class, of which is told where its instances were created; empty for none. */
  readonly created: string;
}

export function readMemory(search: string, host: string): MemoryState {
  const query = new URLSearchParams(search);
  const subject = readSubject(query, host);
  return { ...subject, selection: { ...subject.selection, kind: EVERYTHING.kind }, ...readTimes(query), by: query.get('by') ?? '', before: momentIn(query.get('before')), after: momentIn(query.get('after')), created: query.get('created') ?? '' };
}

export function memoryAddress(state: MemoryState, page: 'memory' | 'process' = 'memory'): string {
  const { path, query } = pageOf(page, state);
  if (state.by !== '') query.set('by', state.by);
  for (const key of ['before', 'after'] as const) if (state[key] !== undefined) query.set(key, String(state[key]));
  if (state.created !== '') query.set('created', state.created);
  writeTimes(state, query);
  return joined(path, query);
}

function momentIn(text: string | null): number | undefined {
  return text !== null && /^\d{12,14}$/.test(text) ? Number(text) : undefined;
}
