// What a process told of itself, put in order and into words. Pure.
import type { NumberTold, ProcessAnswer } from '../api.ts';
import { bytes, duration, percent } from './units.ts';

export interface FactRow {
  readonly name: string;
  readonly last: string;
  readonly least: string;
  readonly mean: string;
  readonly most: string;
}

export interface FactGroup {
  readonly title: string;
  readonly rows: readonly FactRow[];
}

const LABELS: Readonly<Record<string, string>> = { service: 'Service', version: 'Version', nodeVersion: 'Node.js', v8Version: 'V8', arguments: 'Arguments', pid: 'Process id', hostname: 'Machine' };
/** By group, patterns of the names that stand in it, and what they are called there. */
const GROUPS: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['Memory', /^(?:rss|external|arrayBuffer|heapUsed|heapAfterGc|heapLimit)Bytes$/],
  ['Heap spaces', /^heapSpace\.(.+)\.usedBytes$/],
  ['Garbage collection', /^gc(.+)$/],
  ['CPU and event loop', /^(?:cpu.+|loopDelay.+|busyShare)$/],
  ['What keeps it alive', /^resources\.(.+)$/],
  ['The process', /^(?:threads|fileDescriptors|uptimeS)$/],
  ['The sampler', /^sampler.+$/],
];
const NAMES: Readonly<Record<string, string>> = {
  rssBytes: 'resident', externalBytes: 'outside the heap', arrayBufferBytes: 'of it array buffers', heapUsedBytes: 'heap used', heapAfterGcBytes: 'heap after GC', heapLimitBytes: 'heap limit',
  cpuUserUs: 'CPU in programs, per window', cpuSystemUs: 'CPU in the system, per window', busyShare: 'busy', loopDelayP50Us: 'delay, half are below', loopDelayP99Us: 'delay, 99 in 100 are below', loopDelayMaxUs: 'delay, longest',
  threads: 'threads of the system', fileDescriptors: 'open files and sockets', uptimeS: 'running for',
  samplerPauseUs: 'pause for the sampler', samplerHeldBytes: 'held by its windows',
};

/** Name and value of what is told once. */
export function labelRows({ labels, boot }: Pick<ProcessAnswer, 'labels' | 'boot'>): (readonly [name: string, value: string])[] {
  const known = Object.entries(LABELS).flatMap(([label, name]) => (Object.hasOwn(labels, label) ? [[name, labels[label] ?? ''] as const] : []));
  return [...known, ['Boot', boot]];
}

/** The largest first within heap spaces and resources; groups of which nothing is told are left out. */
export function factGroups({ numbers }: Pick<ProcessAnswer, 'numbers'>): FactGroup[] {
  return GROUPS.flatMap(([title, pattern]) => {
    const found = Object.entries(numbers).flatMap(([name, told]) => {
      const [whole, part] = pattern.exec(name) ?? [];
      return whole === undefined ? [] : [{ name, told, shown: (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? spaced(part ?? name) }];
    });
    if (title === 'Heap spaces' || title === 'What keeps it alive') found.sort((a, b) => b.told.last - a.told.last);
    return found.length === 0 ? [] : [{ title, rows: found.map(({ name, told, shown }) => rowOf(name, shown, told)) }];
  });
}

function rowOf(name: string, shown: string, { last, least, mean, most }: NumberTold): FactRow {
  const text = (value: number): string => valueText(name, value);
  return { name: shown, last: text(last), least: text(least), mean: text(mean), most: text(most) };
}

function valueText(name: string, value: number): string {
  if (name.endsWith('Bytes')) return bytes(value);
  if (name.endsWith('Us')) return duration(value);
  if (name.endsWith('Share')) return percent(value);
  if (name === 'uptimeS') return duration(value * 1e6);
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(1);
}

/** `MajorLongestUs` → `major longest`, `new_space` → `new space`. */
function spaced(name: string): string {
  return /^[A-Z][a-z]/.test(name) && !name.endsWith('Wrap') ? name.replace(/(?:Us|Count)$/, (unit) => (unit === 'Us' ? 'Time' : 'Count')).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() : name.replace(/_/g, ' ');
}
