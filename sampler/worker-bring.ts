// Brings the sampler into workers that did not load it themselves, where Node allows it.
import { fileURLToPath } from 'node:url';
import type { V8Workers } from './v8-profiler.ts';
import { connectWorkers } from './v8-profiler.ts';
import type { WorkerConfig } from './worker.ts';

/** Node 20 crashes when a worker that is terminated while busy is asked to evaluate something. */
const MAY_EVALUATE = Number(process.versions.node.split('.')[0]) >= 22;

export interface Bringer {
  /** Not before the worker is online: its own start would be disturbed. */
  bring(thread: number, config: WorkerConfig): void;
  /** Of a worker that is gone. */
  forget(thread: number): void;
  stop(): void;
}

/** undefined where workers have to load the sampler themselves. */
export function bringSampler(): Bringer | undefined {
  const workers = MAY_EVALUATE ? connected() : undefined;
  if (workers === undefined) return undefined;
  return {
    bring: (thread, config) => { workers.evaluate(thread, joining(config)); },
    forget: (thread) => { workers.forget(thread); },
    stop: () => { workers.disconnect(); },
  };
}

function connected(): V8Workers | undefined {
  try {
    return connectWorkers();
  } catch {
    // There is no inspector.
    return undefined;
  }
}

/** Run by the worker between two turns of its loop: in the midst of its own work it could break what that is loading. */
function joining(config: WorkerConfig): string {
  const module = fileURLToPath(new URL('./worker.js', import.meta.url));
  return `setImmediate(() => {
    const { getBuiltinModule } = process;
    try {
      getBuiltinModule('node:module').createRequire(${JSON.stringify(import.meta.url)})(${JSON.stringify(module)}).joinThread(${JSON.stringify(config)});
    } catch (error) {
      const { BroadcastChannel, threadId } = getBuiltinModule('node:worker_threads');
      const sender = new BroadcastChannel(${JSON.stringify(config.channel)});
      sender.postMessage({ tells: 'failed', thread: threadId, cause: String(error) });
      sender.close();
    }
  })`;
}
