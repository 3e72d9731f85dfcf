// What a store should answer, worked out row by row from the windows it was given: slow, short and without trees.
import { labelOf } from '../../../collector/store/select.ts';
import type { CallTree, QueryAnswer, QueryOptions, Range, Selector, StackWindow } from '../../../collector/store/index.ts';
import { CUT } from '../../../collector/store/index.ts';

export interface Sums {
  selfCount: number;
  selfWeight: number;
  totalCount: number;
  totalWeight: number;
}

/** By path of frame names from the root; the root itself is ''. */
export type Paths = Map<string, Sums>;

export interface NaiveAnswer extends Pick<QueryAnswer, 'idle' | 'dropped' | 'windows' | 'threads' | 'covered'> {
  readonly paths: Paths;
}

export function naiveQuery(windows: readonly StackWindow[], selector: Selector, range: Range, { focus = [], callersOf, calleesOf }: QueryOptions = {}): NaiveAnswer {
  const paths: Paths = new Map([['', none()]]);
  const seen = windows.filter((window) => selectsWindow(window, selector, range)).map((window) => ({ window, whole: selects(window, {}, selector), rows: rowsOf(window, selector) }));
  const counted = seen.filter(({ window }) => mayHold(window, selector));
  for (const { path, count, weight } of seen.flatMap(({ rows }) => rows)) {
    if (focus.some(({ name }, depth) => path[depth] !== name)) continue;
    const of = callersOf ?? calleesOf;
    const outermost = of === undefined ? 0 : path.indexOf(of.name);
    if (outermost < 0) continue;
    addRow(paths, callersOf === undefined ? path.slice(outermost) : path.slice(0, outermost + 1).reverse(), count, weight);
  }
  const whole = counted.filter((one) => one.whole).map(({ window }) => window);
  const all = counted.map(({ window }) => window);
  return {
    paths,
    idle: tally(whole.map(({ idle }) => idle)),
    dropped: tally(whole.map(({ dropped }) => dropped)),
    windows: all.length,
    threads: new Set(all.map(({ boot, thread }) => `${boot} ${thread}`)).size,
    ...(all.length > 0 && { covered: { fromMs: Math.min(...all.map(({ startUs }) => startUs)) / 1000, untilMs: Math.max(...all.map(({ endUs }) => endUs)) / 1000 } }),
  };
}

/** A tree as paths; what `limit` cut is under the path of its parent and `cut`. */
export function pathsOf(tree: CallTree): Paths {
  const names = [''];
  const paths: Paths = new Map();
  for (let node = 0; node < tree.parent.length; node++) {
    const frame = tree.frame[node] ?? 0;
    if (node > 0) names[node] = join(names[tree.parent[node] ?? 0] ?? '', frame === CUT ? 'cut' : (tree.frames[frame]?.name ?? ''));
    const path = names[node] ?? '';
    if (paths.has(path)) throw new Error(`${path} is there twice`);
    const [selfCount = 0, selfWeight = 0, totalCount = 0, totalWeight = 0] = [tree.selfCount[node], tree.selfWeight[node], tree.totalCount[node], tree.totalWeight[node]];
    paths.set(path, { selfCount, selfWeight, totalCount, totalWeight });
  }
  return paths;
}

function selectsWindow(window: StackWindow, { kind, hosts, boots, threads }: Selector, { fromMs, untilMs }: Range): boolean {
  const oneOf = <T>(values: readonly T[] | undefined, value: T): boolean => values === undefined || values.includes(value);
  return window.kind === kind && oneOf(hosts, window.host) && oneOf(boots, window.boot) && oneOf(threads, window.thread) && window.startUs >= fromMs * 1000 && window.startUs < untilMs * 1000;
}

function selects({ processLabels }: StackWindow, sample: Readonly<Record<string, string>>, { labels = {} }: Selector): boolean {
  return Object.entries(labels).every(([name, values]) => values.includes(labelOf(name, processLabels, sample) ?? '(none)'));
}

/** Labels of samples do not decide whether a window was looked at: a roll-up no longer knows which of its windows had them. */
function mayHold({ processLabels }: StackWindow, { labels = {} }: Selector): boolean {
  return Object.entries(labels).every(([name, values]) => !Object.hasOwn(processLabels, name) || values.includes(processLabels[name] ?? ''));
}

function rowsOf(window: StackWindow, selector: Selector): { path: string[]; count: number; weight: number }[] {
  const { frames, stacks, labelSets, rows } = window.profile;
  return rows.stack.flatMap((stack, i) => {
    if (!selects(window, labelSets[rows.labels[i] ?? 0] ?? {}, selector)) return [];
    const path: string[] = [];
    for (let up = stack; up > 0; up = stacks.parent[up] ?? 0) path.unshift(frames[stacks.frame[up] ?? 0]?.name ?? '');
    return [{ path, count: rows.count[i] ?? 0, weight: rows.weight[i] ?? 0 }];
  });
}

function addRow(paths: Paths, path: readonly string[], count: number, weight: number): void {
  for (let depth = 0; depth <= path.length; depth++) {
    const name = path.slice(0, depth).join(';');
    const sums = paths.get(name) ?? none();
    paths.set(name, sums);
    sums.totalCount += count;
    sums.totalWeight += weight;
    if (depth < path.length) continue;
    sums.selfCount += count;
    sums.selfWeight += weight;
  }
}

function tally(tallies: readonly { readonly count: number; readonly weight: number }[]): { count: number; weight: number } {
  return { count: tallies.reduce((sum, { count }) => sum + count, 0), weight: tallies.reduce((sum, { weight }) => sum + weight, 0) };
}

function none(): Sums {
  return { selfCount: 0, selfWeight: 0, totalCount: 0, totalWeight: 0 };
}

function join(parent: string, name: string): string {
  return parent === '' ? name : `${parent};${name}`;
}
