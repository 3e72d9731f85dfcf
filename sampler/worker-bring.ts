// Brings the sampler into workers that did not load it themselves, where Node allows it.
import { fileURLToPath } from 'node:url';
import type { V8Workers } from './v8-profiler.ts';
import { connectWorkers } from './v8-profiler.ts';
import type { WorkerConfig } from './worker.ts';

/** Node 20 crashes when a worker that is terminated while busy is asked to evaluate something. */
const MAY_EVALUATE = Number(process.versions.node.split('.')[0]) >= 22;

/** undefined where workers have to load the sampler themselves. */
export function reachWorkers(): V8Workers | undefined {
  try {
    return MAY_EVALUATE ? connectWorkers() : undefined;
  } catch {
    // There is no inspector.
    return undefined;
  }
}

/** Run by the worker between two turns of its loop: in the midst of its own work it could break what that is loading. */
export function joining(config: WorkerConfig): string {
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
