// What is recorded of a program: per second, the least, mean and last of what its sampler would observe.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Recording {
  readonly node: string;
  readonly limitBytes: number;
  /** Bytes in whole kB. */
  readonly steps: readonly RecordedStep[];
}

/** `after`: the least after a major collection; null without one. */
export interface RecordedStep {
  readonly rss: number;
  readonly used: number;
  readonly external: number;
  readonly after: number | null;
  readonly majors: number;
  readonly busy: number;
}

export function recorded(name: string): Recording {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../../../test/fixtures/memory/${name}.json`, import.meta.url)), 'utf8')) as Recording;
}
