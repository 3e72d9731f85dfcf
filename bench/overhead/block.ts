// A block of rounds: one process per profiler, all warmed up together, then halted but for the one that is measured.
import { setTimeout as pause } from 'node:timers/promises';
import type { Measurement } from './measure.ts';
import { Clients, measure, Measured } from './measure.ts';
import type { Memory, Round } from './report.ts';
import type { ServiceName, ServiceOptions, Variant } from './variants.ts';

export interface BlockOptions {
  readonly node: { readonly major: number; readonly path: string };
  readonly service: ServiceName;
  readonly variants: readonly Variant[];
  readonly common: Omit<ServiceOptions, 'work' | 'variant' | 'sliceMs'>;
  readonly rounds: number;
  readonly warmMs: number;
  /** About how long a measurement of nothing is to last. */
  readonly measureMs: number;
  readonly say: (text: string) => void;
}

interface Subject {
  readonly variant: Variant;
  readonly process: Measured | undefined;
  failed: string | undefined;
}

const FIRST_SLICE_MS = 1000;
const PROBE_MS = 500;
/** By then ours has let its thread for names go. */
const QUIET_MS = 12_000;

export async function measureBlock(options: BlockOptions): Promise<{ readonly rounds: readonly Round[]; readonly memory: Memory }> {
  const { node, service, say } = options;
  const clients = new Clients();
  const subjects: Subject[] = [];
  const rssBytes = new Map<Variant, number>();
  const rounds: Round[] = [];
  let switches: number | undefined;
  try {
    let sliceMs = FIRST_SLICE_MS;
    for (const variant of options.variants) {
      const subject = await begin(options, variant, sliceMs, clients);
      subjects.push(subject);
      if (variant === 'ours') sliceMs = Math.round((await subject.process?.pull().catch(() => undefined)) ?? sliceMs);
      subject.process?.halt();
    }
    await warmUp(subjects, options);
    const requests = await paceOf(subjects, options, clients);
    for (let round = 1; round <= options.rounds; round++) {
      const measured = new Map<Variant, Measurement | string>();
      for (const subject of subjects) {
        const one = await take(subject, (process) => measure(process, service, clients, requests));
        measured.set(subject.variant, one);
        say(`Node ${node.major}, ${service}, round ${round}, ${subject.variant}: ${typeof one === 'string' ? one : `${one.cpuUsPerRequest.toFixed(1)} µs, p99 ${one.p99Ms.toFixed(2)} ms, ${one.requests} requests in ${(one.elapsedMs / 1000).toFixed(2)} s`}`);
      }
      rounds.push({ node: node.major, service, measured });
    }
    for (const { process } of subjects) process?.wake();
    await pause(QUIET_MS);
    for (const subject of subjects) {
      const rss = await take(subject, (process) => process.rssBytes());
      if (typeof rss === 'number') rssBytes.set(subject.variant, rss);
      if (subject.variant === 'nothing') {
        const counted = await take(subject, (process) => process.switches(service, clients));
        if (typeof counted === 'number') switches = counted;
      }
      await subject.process?.stop();
    }
  } finally {
    clients.stop();
    for (const { process } of subjects) await process?.stop();
  }
  return { rounds, memory: { node: node.major, service, rssBytes, switches } };
}

/** What runs first alone says how long its slices become. */
async function begin({ node, service, common }: BlockOptions, variant: Variant, sliceMs: number, clients: Clients): Promise<Subject> {
  try {
    const process = await Measured.start(node.path, { ...common, work: service, variant, sliceMs });
    if (variant === 'ours') await clients.visit({ port: process.port, service, forMs: 4 * FIRST_SLICE_MS });
    return { variant, process, failed: undefined };
  } catch (error) {
    return { variant, process: undefined, failed: inWords(error) };
  }
}

async function warmUp(subjects: readonly Subject[], { service, warmMs }: BlockOptions): Promise<void> {
  await Promise.all(
    subjects.map(async (subject) => {
      const clients = new Clients();
      subject.process?.wake();
      await take(subject, (process) => clients.visit({ port: process.port, service, forMs: warmMs }));
      subject.process?.halt();
      clients.stop();
    }),
  );
}

/** Requests in the length wished, as the first that works does them. */
async function paceOf(subjects: readonly Subject[], { service, measureMs }: BlockOptions, clients: Clients): Promise<number> {
  const first = subjects.find(({ failed }) => failed === undefined);
  if (first?.process === undefined) throw new Error(subjects[0]?.failed ?? 'there is nothing to measure');
  first.process.wake();
  const { requests, elapsedMs } = await clients.visit({ port: first.process.port, service, forMs: PROBE_MS });
  first.process.halt();
  return Math.max(50, Math.round((requests / elapsedMs) * measureMs));
}

/** What failed once is not asked again. */
async function take<T>(subject: Subject, of: (process: Measured) => Promise<T>): Promise<T | string> {
  if (subject.process === undefined || subject.failed !== undefined) return subject.failed ?? 'it did not start';
  try {
    return await of(subject.process);
  } catch (error) {
    subject.failed = inWords(error);
    return subject.failed;
  }
}

export function inWords(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[|\n]/g, ' ').slice(0, 200);
}
