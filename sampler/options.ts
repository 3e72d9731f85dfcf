// What createSampler takes, with every default and limit. All that is wrong is told in one error.
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { RouteOf } from './labels/routes.ts';
import type { Bytes, Labels, Microseconds, Milliseconds } from './profile.ts';
import { ENDPOINT_PATH } from './wire.ts';

export interface SamplerOptions {
  /** Whoever sends one of these may read profiles: letters, digits and signs of ASCII. Several while one is being replaced. */
  readonly secret: string | readonly string[];
  /**
   * Whoever sends one of these gets heap snapshots, a report and what keeps the process alive; none of them may be a `secret`.
   * Without it nobody does.
   */
  readonly adminSecret?: string | readonly string[];
  /** No snapshot of a larger heap is taken: 1 MiB to 1 TiB, usually 256 MiB. V8 takes some eleven times as much while it makes one. */
  readonly maxSnapshotHeapBytes?: Bytes;
  readonly service?: string;
  readonly version?: string;
  /** Static labels of this process. */
  readonly labels?: Labels;
  /** 1,000 to 1,000,000; each process draws its own within ±5 %. */
  readonly intervalUs?: Microseconds;
  /** 1,000 to 300,000. */
  readonly windowMs?: Milliseconds;
  readonly path?: string;
  /** What finished windows may take in memory: 256 KiB to 1 GiB. */
  readonly maxBytes?: Bytes;
  readonly enabled?: boolean;
  /** `false`: other processes of the same service on this machine neither answer for this one nor are answered for. */
  readonly spool?: boolean;
  /** Labels what runs for a request with its method and route; a function names routes where no framework does. */
  readonly labelRoutes?: boolean | RouteOf;
  /** Reads where memory is allocated, at times; see MemoryOptions. */
  readonly memory?: MemoryOptions;
  readonly clock?: Clock;
}

/** A read pauses the service: before Node 26 each forces a full garbage collection. */
export interface MemoryOptions {
  /** Time between two reads: 1,000 to 3,600,000, usually 60,000. */
  readonly everyMs?: Milliseconds;
  /** 1 to 60,000, usually 200: two reads in a row that pause for longer are the last ones. */
  readonly maxPauseMs?: Milliseconds;
  /**
   * V8 follows one of two. `live`, as usual: what is still held, by where it was allocated; of the rest only how much it
   * was. `allocated`: all that was allocated between two reads, by where, and nothing of what is held.
   */
  readonly of?: 'live' | 'allocated';
}

export interface CheckedOptions {
  readonly secrets: readonly string[];
  /** Empty where nobody is let in. */
  readonly adminSecrets: readonly string[];
  readonly maxSnapshotHeapBytes: Bytes;
  readonly labels: Labels;
  readonly intervalUs: Microseconds;
  readonly windowMs: Milliseconds;
  readonly path: string;
  readonly maxBytes: Bytes;
  readonly enabled: boolean;
  readonly spool: boolean;
  readonly labelRoutes: boolean | RouteOf;
  readonly memory: Required<MemoryOptions> | undefined;
  readonly clock: Clock;
}

const KNOWN = ['secret', 'adminSecret', 'maxSnapshotHeapBytes', 'service', 'version', 'labels', 'intervalUs', 'windowMs', 'path', 'maxBytes', 'enabled', 'spool', 'labelRoutes', 'memory', 'clock'];
/** Whoever sends anything else as a header does not get it to the other side as it was. */
const CARRIED_BY_HEADERS = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const RESERVED = ['service', 'version', 'hostname', 'pid', 'nodeVersion', 'v8Version', 'arguments'];

/** @throws TypeError with code `SAMPLER_OPTIONS` that names every wrong option and what it takes. */
export function checkOptions(options: SamplerOptions): CheckedOptions {
  const faults: string[] = [];
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const key of Object.keys(given)) if (!KNOWN.includes(key)) faults.push(`${key} is no option, there are ${KNOWN.join(', ')}`);

  const secrets = secretsOf(given, 'secret', faults);
  const adminSecrets = given['adminSecret'] === undefined ? [] : secretsOf(given, 'adminSecret', faults);
  if (adminSecrets.some((secret) => secrets.includes(secret))) faults.push('adminSecret takes another text than secret: whoever may read profiles must not obtain heap contents');
  const labels = { ...labelsOf(given['labels'], faults), ...textOf(given, 'service', faults), ...textOf(given, 'version', faults) };
  const checked: CheckedOptions = {
    secrets,
    adminSecrets,
    maxSnapshotHeapBytes: wholeOf(given, 'maxSnapshotHeapBytes', 256 * 1024 ** 2, 1024 ** 2, 1024 ** 4, faults),
    labels,
    intervalUs: wholeOf(given, 'intervalUs', 10_000, 1_000, 1_000_000, faults),
    windowMs: wholeOf(given, 'windowMs', 10_000, 1_000, 300_000, faults),
    path: pathOf(given['path'], faults),
    maxBytes: wholeOf(given, 'maxBytes', 8 * 1024 * 1024, 256 * 1024, 1024 ** 3, faults),
    enabled: truthOf(given, 'enabled', faults),
    spool: truthOf(given, 'spool', faults),
    labelRoutes: labelRoutesOf(given['labelRoutes'], faults),
    memory: memoryOf(given['memory'], faults),
    clock: clockOf(given['clock'], faults),
  };
  if (faults.length > 0) throw Object.assign(new TypeError(`createSampler: ${faults.join('; ')}.`), { code: 'SAMPLER_OPTIONS' });
  return checked;
}

function secretsOf(given: Readonly<Record<string, unknown>>, key: 'secret' | 'adminSecret', faults: string[]): string[] {
  const secrets = [given[key]].flat();
  if (secrets.length > 0 && secrets.every((secret): secret is string => typeof secret === 'string' && CARRIED_BY_HEADERS.test(secret))) return secrets;
  faults.push(`${key} takes a text that is not empty, or a list of such texts: letters, digits and signs of ASCII, with no space at either end`);
  return [];
}

function wholeOf(given: Readonly<Record<string, unknown>>, key: string, fallback: number, least: number, most: number, faults: string[], of = ''): number {
  const value = given[key] === undefined ? fallback : given[key];
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  faults.push(`${of}${key} is ${show(value)}, but takes a whole number from ${least} to ${most}`);
  return fallback;
}

function textOf(given: Readonly<Record<string, unknown>>, key: 'service' | 'version', faults: string[]): Labels {
  const value = given[key];
  if (value === undefined) return {};
  if (typeof value === 'string' && value.length > 0 && value.length <= 1024) return { [key]: value };
  faults.push(`${key} is ${show(value)}, but takes a text of 1 to 1,024 characters`);
  return {};
}

function labelsOf(value: unknown, faults: string[]): Labels {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push(`labels is ${show(value)}, but takes an object of texts`);
    return {};
  }
  for (const [key, label] of Object.entries(value)) {
    if (RESERVED.includes(key)) faults.push(`labels.${key} is set by the sampler itself: choose another name`);
    else if (typeof label !== 'string' || label.length > 1024) faults.push(`labels.${key} is ${show(label)}, but takes a text of at most 1,024 characters`);
  }
  return value as Labels;
}

function pathOf(value: unknown, faults: string[]): string {
  if (value === undefined) return ENDPOINT_PATH;
  if (typeof value === 'string' && /^\/[!-~]*$/.test(value) && !/[?#]/.test(value)) return value;
  faults.push(`path is ${show(value)}, but takes a path as requests spell it, such as ${ENDPOINT_PATH}`);
  return ENDPOINT_PATH;
}

function truthOf(given: Readonly<Record<string, unknown>>, key: 'enabled' | 'spool', faults: string[]): boolean {
  const value = given[key];
  if (value !== undefined && typeof value !== 'boolean') faults.push(`${key} is ${show(value)}, but takes true or false`);
  return value !== false;
}

function labelRoutesOf(value: unknown, faults: string[]): boolean | RouteOf {
  if (value === undefined) return false;
  if (typeof value !== 'boolean' && typeof value !== 'function') faults.push(`labelRoutes is ${show(value)}, but takes true, false or a function that names the route of a request`);
  return value as boolean | RouteOf;
}

const MEMORY_KEYS = ['everyMs', 'maxPauseMs', 'of'];

function memoryOf(value: unknown, faults: string[]): Required<MemoryOptions> | undefined {
  if (value === undefined) return undefined;
  const given = (typeof value === 'object' && !Array.isArray(value) ? value : null) as Readonly<Record<string, unknown>> | null;
  if (given === null || Object.keys(given).some((key) => !MEMORY_KEYS.includes(key))) {
    faults.push(`memory is ${show(value)}, but takes an object of ${MEMORY_KEYS.join(', ')}`);
    return undefined;
  }
  const { of = 'live' } = given;
  if (of !== 'live' && of !== 'allocated') faults.push(`memory.of is ${show(of)}, but takes "live" or "allocated"`);
  return {
    everyMs: wholeOf(given, 'everyMs', 60_000, 1000, 3_600_000, faults, 'memory.'),
    maxPauseMs: wholeOf(given, 'maxPauseMs', 200, 1, 60_000, faults, 'memory.'),
    of: of === 'allocated' ? of : 'live',
  };
}

function clockOf(value: unknown, faults: string[]): Clock {
  if (value === undefined) return systemClock;
  const members = value as Readonly<Record<string, unknown>> | null;
  if (['wallMs', 'monotonicUs', 'after'].some((name) => typeof members?.[name] !== 'function')) {
    faults.push(`clock is ${show(value)}, but takes an object with the functions wallMs, monotonicUs and after`);
  }
  return value as Clock;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  // Not every object can be made a text.
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
