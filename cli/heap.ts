// `liveprofiler heap`: what a heap snapshot on disk is made of and who keeps it, or what changed between two. No server;
// the answer is on stdout, progress and faults on stderr.
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClassRow, Holder, SnapshotSummary } from '../visualizer/snapshot/answers.ts';
import { SnapshotError } from '../visualizer/snapshot/fault.ts';
import { openSnapshot } from '../visualizer/snapshot/open.ts';
import { changesOf, growthOf, holdsText, objectText, pathKey, pathLines } from '../visualizer/view/retaining.ts';
import { bytes, percent } from '../visualizer/view/units.ts';
import { fit, table } from './table.ts';

const ROWS = 20;
const HOLDERS = 5;
/** Read of either snapshot to find each other's; printed are fewer. */
const MOST_HOLDERS = 100;
const PROGRESS_EVERY_MS = 1000;

interface Snapshot {
  readonly name: string;
  readonly summary: SnapshotSummary;
  readonly classes: readonly ClassRow[];
  readonly holders: readonly Holder[];
}

/** Resolves to the exit code: 1 the snapshot is faulty, 2 a wrong call. */
export async function heap(args: readonly string[]): Promise<number> {
  let found;
  try {
    found = parseArgs({ args: [...args], allowPositionals: true, options: { limit: { type: 'string' } } });
  } catch (error) {
    return failed(`${error instanceof Error ? error.message : String(error)} liveprofiler --help says how.`, 2);
  }
  const { values: { limit = String(ROWS) }, positionals: [first, second, ...more] } = found;
  if (first === undefined) return failed('heap needs the file of a heap snapshot, as v8.writeHeapSnapshot() writes it.', 2);
  if (more.length > 0) return failed(`heap compares two snapshots; it takes no ${JSON.stringify(more[0])}.`, 2);
  if (!/^[1-9]\d{0,4}$/.test(limit)) return failed(`--limit ${limit} is no number of rows, such as ${ROWS}.`, 2);
  try {
    const before = await analysed(first);
    process.stdout.write(second === undefined ? report(before, Number(limit)) : comparison(before, await analysed(second), Number(limit)));
    return 0;
  } catch (error) {
    if (error instanceof SnapshotError) return failed(error.message, 1);
    throw error;
  }
}

async function analysed(path: string): Promise<Snapshot> {
  const name = basename(path);
  let toldMs = performance.now();
  const snapshot = await openSnapshot(path, {
    progress({ phase, share }) {
      if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = performance.now();
      process.stderr.write(fit(`${name}: ${phase}, ${Math.round(share * 100)} %`) + '\n');
    },
  });
  try {
    return { name, summary: snapshot.summary, classes: await snapshot.classes(), holders: await snapshot.holders(MOST_HOLDERS) };
  } finally {
    snapshot.close();
  }
}

function report({ name, summary, classes, holders }: Snapshot, limit: number): string {
  const rows = classes.slice(0, limit).map(({ name: of, count, shallow, retained }) => [count.toLocaleString('en'), bytes(shallow), bytes(retained), percent(retained / summary.bytes), of]);
  const parts = [
    `${titleOf(name, summary)}\n\n`,
    table([['count', 'shallow', 'retained', '', 'class'], ...rows]),
    classes.length > limit ? `${(classes.length - limit).toLocaleString('en')} more classes.\n` : '',
    '\nWhat keeps the most, and who keeps it:\n',
    ...holders.slice(0, HOLDERS).map((holder, index) => told(holder, index, `${bytes(holder.object.retained)}, ${percent(holder.object.retained / summary.bytes)}`)),
  ];
  return parts.join('');
}

function comparison(before: Snapshot, after: Snapshot, limit: number): string {
  const changes = changesOf(before.classes, after.classes).filter(({ standing }) => standing !== 'same');
  // Those that grew, then those that shrank, each by how much.
  const chosen = changes.length <= limit ? changes : [...changes.slice(0, Math.ceil(limit * 0.75)), ...changes.slice(-Math.floor(limit / 4))];
  const rows = chosen.map((change) => [change.before.count.toLocaleString('en'), change.after.count.toLocaleString('en'), bytes(change.before.retained), bytes(change.after.retained), signed(growthOf(change)), `${change.name}  (${change.standing})`]);
  const known = new Map(before.holders.map((holder) => [pathKey(holder.path), holder.object.retained]));
  const grown = after.holders
    .map((holder) => ({ holder, was: known.get(pathKey(holder.path)) ?? 0 }))
    .filter(({ holder, was }) => holder.object.retained > was)
    .sort((a, b) => b.holder.object.retained - b.was - (a.holder.object.retained - a.was))
    .slice(0, HOLDERS);
  const parts = [
    `A: ${titleOf(before.name, before.summary)}\nB: ${titleOf(after.name, after.summary)}\n\n`,
    changes.length === 0 ? 'No class changed.\n' : table([['count A', 'B', 'retained A', 'B', 'change', 'class'], ...rows]),
    changes.length > chosen.length ? `${(changes.length - chosen.length).toLocaleString('en')} more classes changed.\n` : '',
    grown.length === 0 ? '' : '\nWhat grew most, and who keeps it:\n',
    ...grown.map(({ holder, was }, index) => told(holder, index, `${signed(holder.object.retained - was)} to ${bytes(holder.object.retained)}`)),
  ];
  return parts.join('');
}

function told(holder: Holder, index: number, size: string): string {
  const lines = [`${index + 1}. ${size}: ${objectText(holder.object)}${holder.holds.length === 0 ? '' : ` with ${holdsText(holder)}`}`, ...pathLines(holder.path).map((line) => `     ${line}`)];
  return `\n${lines.map((line) => `${fit(line)}\n`).join('')}`;
}

function titleOf(name: string, { bytes: size, objects, classes }: SnapshotSummary): string {
  return fit(`${name}: ${bytes(size)} in ${objects.toLocaleString('en')} objects of ${classes.toLocaleString('en')} classes`);
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${bytes(Math.abs(change))}`;
}

function failed(sentence: string, code: number): number {
  process.stderr.write(`liveprofiler: ${sentence}\n`);
  return code;
}
