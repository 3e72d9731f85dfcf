// Worker threads of a real service, on every Node version at hand: with --import, and without where Node allows it.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Labels, WireProcess, WireWindow } from 'liveprofiler-sampler/wire';
import { nodes } from '../nodes.ts';
import { askWire, weightOf } from './ask.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIMIT = { timeout: 60_000 };

class Service {
  readonly child: ChildProcess;
  port = 0;

  constructor(t: TestContext, node: string, flags: readonly string[]) {
    this.child = fork(fileURLToPath(new URL('workers-child.js', import.meta.url)), { execPath: node, execArgv: [...flags], cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    t.after(() => this.child.kill('SIGKILL'));
  }

  async message(): Promise<unknown> {
    const [message] = (await Promise.race([once(this.child, 'message'), once(this.child, 'exit').then((how: unknown[]) => Promise.reject(new Error(`the service ended: ${how.join(' ')}`)))])) as [unknown];
    return message;
  }

  async order(order: string): Promise<void> {
    this.child.send(order);
    assert.deepEqual(await this.message(), { done: order });
  }

  /** All that it tells, in as many answers as it takes. */
  async processes(): Promise<WireProcess[]> {
    const all: WireProcess[] = [];
    for (let [after, more] = ['', true]; more; ) {
      const answer = await askWire(this.port, after);
      all.push(...answer.processes);
      ({ cursor: after, more } = answer);
    }
    return all;
  }
}

async function start(t: TestContext, node: string, flags: readonly string[]): Promise<Service> {
  const service = new Service(t, node, flags);
  ({ port: service.port } = (await service.message()) as { port: number });
  return service;
}

function byThread(processes: readonly WireProcess[]): Map<number, WireWindow[]> {
  const threads = new Map<number, WireWindow[]>();
  for (const window of processes.flatMap(({ windows }) => windows)) threads.set(window.thread, [...(threads.get(window.thread) ?? []), window]);
  return threads;
}

/** Every microsecond of every thread, once, from its first window to its last. */
function assertWhole(threads: ReadonlyMap<number, readonly WireWindow[]>): void {
  for (const windows of threads.values()) {
    for (const [index, window] of windows.entries()) {
      assert.equal(weightOf(window) + window.idle.weight + window.dropped.weight, window.endUs - window.startUs);
      if (index > 0) assert.equal(window.startUs, windows[index - 1]?.endUs);
    }
  }
}

/** `labels`: what ran under just these; all when left out. */
function weightUnder(processes: readonly WireProcess[], thread: number, name: string, labels?: Labels): number {
  let sum = 0;
  for (const { frames, stacks, windows, labelSets } of processes) {
    for (const { rows } of windows.filter((window) => window.thread === thread)) {
      rows.stack.forEach((stack, row) => {
        for (let at = stack; at > 0; at = stacks.parent[at] ?? 0) {
          if (frames[stacks.frame[at] ?? 0]?.name !== name) continue;
          if (labels === undefined || JSON.stringify(labelSets[rows.labels[row] ?? 0]) === JSON.stringify(labels)) sum += rows.weight[row] ?? 0;
          return;
        }
      });
    }
  }
  return sum;
}

for (const { path, major } of nodes()) {
  for (const flags of [['--import', 'liveprofiler-sampler/register'], []]) {
    const how = `Node ${major}${flags.length > 0 ? ' with --import' : ''}`;
    if (flags.length === 0 && major < 22) {
      test(`${how}: nothing is brought into a worker, whose evaluation Node 20 does not survive`, LIMIT, async (t) => {
        const service = await start(t, path, flags);
        await service.order('churn');
        assert.deepEqual([...byThread(await service.processes()).keys()], [0]);
      });
      continue;
    }

    test(`${how}: a worker is a thread of its own, and its work is under its own functions`, LIMIT, async (t) => {
      const service = await start(t, path, flags);
      await service.order('load');
      await service.order('pause');
      const processes = await service.processes();
      const threads = byThread(processes);
      assertWhole(threads);
      const names = new Map(processes.flatMap((process) => process.threads).map(({ id, name }) => [id, name]));
      assert.deepEqual([...threads.keys()].sort(), [0, 1]);
      assert.match(names.get(1) ?? '', /^worker 1 (?:resizer|worker-fates\.js)$/);
      assert.equal(names.get(0), 'main');
      const [inWorker, inMain] = [weightUnder(processes, 1, 'busyInWorker'), weightUnder(processes, 0, 'busyInWorker')];
      // Of 1,750,000; one that is brought in while the worker works already may be late by some of them.
      assert.ok(inWorker > (flags.length > 0 ? 1_500_000 : 700_000) && inMain === 0, `${inWorker} µs in the worker, ${inMain} in the main thread`);
      const labelled = weightUnder(processes, 1, 'busyInWorker', { job: 'resize' });
      // What ran before the sampler was brought into the worker ran for nobody.
      assert.ok(labelled > inWorker * (flags.length > 0 ? 0.98 : 0.8), `${labelled} of ${inWorker} µs are labelled`);
    });

    test(`${how}: a worker of a worker is sampled too, and one that is started while sampling is paused is not`, LIMIT, async (t) => {
      const service = await start(t, path, flags);
      const threadsWhen = async (many: number): Promise<void> => {
        while (byThread(await service.processes()).size < many) await pause(100);
      };
      await service.order('outer');
      await threadsWhen(2);
      await service.order('nest');
      await threadsWhen(3);
      await service.order('pause');
      const threads = byThread(await service.processes());
      assertWhole(threads);
      assert.equal(threads.size, 3);
      await service.order('outer');
      await service.order('nest');
      assert.deepEqual([...byThread(await service.processes()).keys()], [...threads.keys()]);
    });

    test(`${how}: a pause while a worker is still starting is a pause for it too`, LIMIT, async (t) => {
      const service = await start(t, path, flags);
      await service.order('pauseEarly');
      for (const [thread, windows] of byThread(await service.processes())) {
        const lengthUs = windows.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
        // It worked for four seconds more.
        assert.ok(thread === 0 || lengthUs < 2_500_000, `${lengthUs} µs of the worker are told`);
      }
    });

    test(`${how}: 32 workers at once that end, crash, block and are terminated while busy harm neither the service nor its windows`, LIMIT, async (t) => {
      const service = await start(t, path, flags);
      await service.order('churn');
      await service.order('pause');
      const processes = await service.processes();
      const threads = byThread(processes);
      assertWhole(threads);
      assert.ok(threads.size > 20, `${threads.size} threads`);
      assert.ok((threads.get(0)?.length ?? 0) >= 2);
      assert.deepEqual(processes[0]?.cost.recoveries, {});
      const lost = [...threads].filter(([thread, windows]) => thread !== 0 && windows.some(({ dropped }) => dropped.weight > 0));
      assert.ok(lost.length > 0, 'what terminated workers took along is not counted');
      const [code, signal] = [service.child.exitCode, service.child.signalCode];
      assert.deepEqual([code, signal], [null, null]);
    });
  }
}

test("32 workers that are busy all at once do not make the main thread's windows late", LIMIT, async (t) => {
  const service = await start(t, process.execPath, ['--import', 'liveprofiler-sampler/register']);
  await service.order('crowd');
  await service.order('pause');
  const threads = byThread(await service.processes());
  assertWhole(threads);
  assert.ok(threads.size > 25, `${threads.size} threads`);
  // In the mean: one that a neighbour of the machine made late says nothing.
  const lengthsMs = (threads.get(0) ?? []).map(({ startUs, endUs }) => (endUs - startUs) / 1000);
  const meanMs = lengthsMs.reduce((sum, one) => sum + one, 0) / lengthsMs.length;
  assert.ok(meanMs < 1500, `windows of 1000 ms lasted ${lengthsMs.map(Math.round).join(', ')} ms`);
});

test('a worker that is terminated takes its own workers along, and what they take along is counted', LIMIT, async (t) => {
  const service = await start(t, process.execPath, ['--import', 'liveprofiler-sampler/register']);
  await service.order('family');
  await service.order('pause');
  const threads = byThread(await service.processes());
  assertWhole(threads);
  for (const thread of [1, 2]) {
    const { dropped, startUs, endUs } = threads.get(thread)?.at(-1) ?? assert.fail(`nothing of worker ${thread} is told`);
    assert.equal(dropped.weight, endUs - startUs, `what worker ${thread} took along is not counted`);
  }
});

test('pause ends the sampling of workers too, and hands over what they have', LIMIT, async (t) => {
  const service = await start(t, process.execPath, ['--import', 'liveprofiler-sampler/register']);
  service.child.send('load');
  while (byThread(await service.processes()).size < 2) await pause(100);
  service.child.send('pause');
  await service.message();
  const [before, later] = [byThread(await service.processes()).get(1), await service.message().then(async () => byThread(await service.processes()).get(1))];
  assert.ok(before !== undefined && before.length > 0);
  assert.deepEqual(later, before);
});
