// The text of nylas' sampler: `elapsed S`, `granularity S`, then a line per stack: frames joined by `;`, blank, count.
import { foldTotals } from './totals.ts';
import type { Entry, Totals } from './totals.ts';

const HEAD = /^elapsed (\S+)\r?\ngranularity (\S+)(?:\r?\n|$)/;
const WHOLE_NUMBER = /^\d+$/;

export function looksLikeNylas(text: string): boolean {
  return HEAD.test(text);
}

export function readNylasTotals(text: string): Totals {
  const [head = '', elapsed, granularity] = HEAD.exec(text) ?? [];
  const lines = text.slice(head.length).split('\n');
  // Every line ends with a newline; what follows the last one was cut, and its count may lack digits.
  const rest = lines.pop();
  const entries = lines.map(readLine);
  if (rest !== '') entries.push({ stack: rest, count: undefined });
  return foldTotals(Number(elapsed), Number(granularity), entries);
}

function readLine(line: string): Entry {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const blank = text.lastIndexOf(' ');
  const count = text.slice(blank + 1);
  return { stack: text.slice(0, Math.max(0, blank)), count: WHOLE_NUMBER.test(count) ? Number(count) : undefined };
}
