// Windows from columns of letters: `a;b 3` is a stack of two frames seen three times, at 1,000 µs a sample.
import type { Frame, Labels, LineHits } from 'liveprofiler-sampler/wire';
import { CUT, ROOT } from '../collector/store/index.ts';
import type { CallTree, StackWindow } from '../collector/store/index.ts';

export interface WindowText {
  readonly host?: string;
  readonly boot?: string;
  readonly thread?: number;
  readonly kind?: string;
  readonly seq?: number;
  readonly lastSeq?: number;
  readonly startMs?: number;
  readonly durationMs?: number;
  /** Lines of `frame;frame count`, or `frame;frame count {label=value}`. */
  readonly stacks?: string;
  /** Lines of `frame:line hits`. */
  readonly lines?: string;
  readonly processLabels?: Labels;
  readonly idleUs?: number;
}

const US_PER_SAMPLE = 1000;

export function windowOf({ host = 'web', boot = 'b00', thread = 0, kind = 'cpu', seq = 1, lastSeq = seq, startMs = 1_700_000_000_000, durationMs = 10_000, stacks = 'a;b 3\na 1', lines = '', processLabels = { service: 'shop' }, idleUs = 0 }: WindowText = {}): StackWindow {
  const names: string[] = [];
  const parent = [0];
  const frame = [0];
  const labelSets: Labels[] = [{}];
  const rows = { stack: [] as number[], labels: [] as number[], count: [] as number[], weight: [] as number[] };
  const indexOf = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  for (const line of stacks.split('\n').filter((text) => text !== '')) {
    const [, path = '', count = '0', name, value = ''] = /^(.*) (\d+)(?: \{(.+)=(.*)\})?$/.exec(line) ?? [];
    let stack = 0;
    for (const part of path.split(';')) {
      const id = indexOf(part);
      const known = parent.findIndex((up, at) => at > 0 && up === stack && frame[at] === id);
      stack = known > 0 ? known : parent.push(stack) - 1;
      if (known <= 0) frame.push(id);
    }
    rows.stack.push(stack);
    rows.labels.push(name === undefined ? 0 : labelSets.push({ [name]: value }) - 1);
    rows.count.push(Number(count));
    rows.weight.push(Number(count) * US_PER_SAMPLE);
  }
  return {
    host, boot, thread, kind, firstSeq: seq, lastSeq, processLabels,
    threadName: thread === 0 ? 'main' : `worker ${thread}`,
    startUs: startMs * 1000,
    endUs: (startMs + durationMs) * 1000,
    epoch: 0,
    idle: { count: idleUs / US_PER_SAMPLE, weight: idleUs },
    dropped: { count: 0, weight: 0 },
    processCpuUs: 0,
    profile: { frames: names.map(frameOf), stacks: { parent, frame }, labelSets, rows },
    ...(lines !== '' && { lines: linesFrom(lines, names) }),
    sections: {},
  };
}

function linesFrom(text: string, names: readonly string[]): LineHits {
  const entries = text.split('\n').map((line) => /^(.*):(\d+) (\d+)$/.exec(line) ?? []);
  return { frame: entries.map(([, name = '']) => names.indexOf(name)), line: entries.map(([, , line]) => Number(line)), count: entries.map(([, , , count]) => Number(count)) };
}

/** The frame that a letter stands for. */
export function frameOf(name: string): Frame {
  return { name, url: `file:///${name}.js`, line: 1, column: 1 };
}

/** Indented text, largest first: `a 4 (self 1)`. */
export function formatTree(tree: CallTree): string {
  const lines: string[] = [];
  const visit = (node: number, depth: number): void => {
    const frame = tree.frame[node] ?? ROOT;
    const name = frame === ROOT ? 'root' : frame === CUT ? `cut ${tree.cut[node]}` : tree.frames[frame]?.name;
    lines.push(`${'  '.repeat(depth)}${name} ${tree.totalCount[node]} (self ${tree.selfCount[node]})`);
    const children = tree.parent.map((_, child) => child).filter((child) => child > 0 && tree.parent[child] === node);
    children.sort((a, b) => (tree.totalCount[b] ?? 0) - (tree.totalCount[a] ?? 0) || a - b);
    for (const child of children) visit(child, depth + 1);
  };
  visit(0, 0);
  return lines.join('\n');
}
