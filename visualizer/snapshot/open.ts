// Opens a snapshot in a process of its own, which has a bound on its memory, and asks it. Whatever happens in there, a
// question here is answered or rejected with a SnapshotError.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClassRow, ClassView, Holder, ObjectView, Progress, SnapshotAnalysis, SnapshotSummary } from './answers.ts';
import type { SnapshotFault } from './fault.ts';
import { SnapshotError } from './fault.ts';

export interface OpenSnapshot {
  readonly summary: SnapshotSummary;
  classes(): Promise<readonly ClassRow[]>;
  holders(...args: Parameters<SnapshotAnalysis['holders']>): Promise<readonly Holder[]>;
  ofClass(...args: Parameters<SnapshotAnalysis['ofClass']>): Promise<ClassView>;
  object(...args: Parameters<SnapshotAnalysis['object']>): Promise<ObjectView>;
  /** Ends the process; what is asked meanwhile is rejected. */
  close(): void;
}

export interface OpenOptions {
  readonly progress?: (progress: Progress) => void;
  /** Ends the process when it fires. */
  readonly signal?: AbortSignal;
  /** What the graph and what is computed from it may take. */
  readonly mostBytes?: number;
}

/** What the process is asked, and answers. */
export type Question =
  | { readonly id: number; readonly ask: 'open'; readonly args: readonly [path: string, mostBytes: number] }
  | { readonly id: number; readonly ask: 'classes'; readonly args: readonly [] }
  | { readonly id: number; readonly ask: 'holders'; readonly args: Parameters<SnapshotAnalysis['holders']> }
  | { readonly id: number; readonly ask: 'ofClass'; readonly args: Parameters<SnapshotAnalysis['ofClass']> }
  | { readonly id: number; readonly ask: 'object'; readonly args: Parameters<SnapshotAnalysis['object']> };

export interface Reply {
  readonly progress?: Progress;
  readonly id?: number;
  readonly answer?: unknown;
  readonly failed?: { readonly code: SnapshotFault; readonly message: string };
}

/** Together with the heap below the process stays under 2 GB. */
const MOST_BYTES = 1_300_000_000;
const HEAP_MB = 512;
const PROCESS = fileURLToPath(new URL('./process.js', import.meta.url));

/** @throws SnapshotError */
export async function openSnapshot(path: string, { progress, signal, mostBytes = MOST_BYTES }: OpenOptions = {}): Promise<OpenSnapshot> {
  // What samples this process, or loads something into it, has no business in there.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = fork(PROCESS, { execArgv: [`--max-old-space-size=${HEAP_MB}`], env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const waiting = new Map<number, { readonly resolve: (answer: unknown) => void; readonly reject: (error: SnapshotError) => void }>();
  let asked = 0;
  let gone: SnapshotError | undefined;
  const end = (error: SnapshotError): void => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  const close = (): void => {
    end(new SnapshotError('SNAPSHOT_ENDED', 'The snapshot was closed: open it again.'));
    child.kill('SIGKILL');
  };
  child.on('error', (cause) => { end(new SnapshotError('SNAPSHOT_ENDED', `The process that analyses snapshots could not be started: ${cause.message}.`, cause)); });
  child.on('exit', (code, killed) => { end(new SnapshotError('SNAPSHOT_ENDED', `The analysis ended by itself (${killed ?? `code ${code ?? 0}`}): the machine may be short of memory, or the snapshot needs more than ${HEAP_MB} MB beside its graph.`)); });
  child.on('message', ({ progress: told, id, answer, failed }: Reply) => {
    if (told !== undefined) progress?.(told);
    const asking = waiting.get(id ?? -1);
    if (id === undefined || asking === undefined) return;
    waiting.delete(id);
    if (failed === undefined) asking.resolve(answer);
    else asking.reject(new SnapshotError(failed.code, failed.message));
  });
  signal?.addEventListener('abort', close, { once: true });

  // The answer's type follows from the question: process.ts answers with what the method of that name returns.
  const ask = <T>(question: DistributedOmit<Question>): Promise<T> => {
    if (gone !== undefined) return Promise.reject(gone);
    const id = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      child.send({ ...question, id }, (cause) => { if (cause !== null) end(new SnapshotError('SNAPSHOT_ENDED', `The analysis does not take questions any more: ${cause.message}.`, cause)); });
    });
  };
  try {
    const summary = await ask<SnapshotSummary>({ ask: 'open', args: [path, mostBytes] });
    return {
      summary,
      classes: () => ask({ ask: 'classes', args: [] }),
      holders: (...args) => ask({ ask: 'holders', args }),
      ofClass: (...args) => ask({ ask: 'ofClass', args }),
      object: (...args) => ask({ ask: 'object', args }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

type DistributedOmit<T> = T extends unknown ? Omit<T, 'id'> : never;
