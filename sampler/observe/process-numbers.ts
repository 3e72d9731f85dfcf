// What is the whole process's and not one thread's: memory, what keeps it alive, descriptors, threads.
import { readdir, readFileSync, statSync } from 'node:fs';
import type { Facts } from '../facts.ts';

export interface ProcessNumbers {
  /** Often, while a window is open. */
  sliceEnded(facts: Facts): void;
  /** Once, when it closes. */
  windowEnded(facts: Facts): void;
  /** Goes into the window that is open, or opens next. */
  readonly note: (name: string, value: number) => void;
}

/** Types of resources told by name, at most; the rest is summed. */
const MAX_RESOURCES = 20;
const MAX_NOTES = 1000;

export function observeProcess(): ProcessNumbers {
  /** As counted during the window before; undefined where nothing tells. */
  let descriptors: number | undefined;
  let notes: [name: string, value: number][] = [];

  return {
    note(name, value) {
      if (notes.length < MAX_NOTES) notes.push([name, value]);
    },
    sliceEnded(facts) {
      facts.observe('rssBytes', process.memoryUsage.rss());
    },
    windowEnded(facts) {
      facts.observe('rssBytes', process.memoryUsage.rss());
      for (const [name, value] of notes) facts.observe(name, value);
      notes = [];
      facts.observe('uptimeS', process.uptime());
      for (const [type, count] of activeResources()) facts.observe(`resources.${type}`, count);
      countDescriptors((count) => (descriptors = count));
      if (descriptors !== undefined) facts.observe('fileDescriptors', descriptors);
      const threads = threadCount();
      if (threads !== undefined) facts.observe('threads', threads);
    },
  };
}

/** What keeps the process alive: how many of each type, the most numerous first. */
export function activeResources(): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  const all = [...counts].sort(([, a], [, b]) => b - a);
  const rest = all.slice(MAX_RESOURCES).reduce((sum, [, count]) => sum + count, 0);
  return rest === 0 ? all : [...all.slice(0, MAX_RESOURCES), ['other', rest]];
}

/** Linux tells; from 6.2 on by the size of a folder, before that by listing it, which is done off this thread. */
function countDescriptors(counted: (count: number | undefined) => void): void {
  const folder = '/proc/self/fd';
  const size = statOf(folder)?.size ?? 0;
  if (size > 0) counted(size);
  else if (process.platform === 'linux') readdir(folder, (error, names) => { counted(error === null ? names.length : undefined); });
}

function threadCount(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [, count] = /^Threads:\s*(\d+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}

function statOf(path: string): { readonly size: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A process that may not look there has no such number.
    return undefined;
  }
}
