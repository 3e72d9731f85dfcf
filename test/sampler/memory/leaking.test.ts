// Programs that leak on purpose, on every Node version at hand: the flames of what is held are made of the function that
// leaks, not of the one that makes as much and throws it away.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WireProcess, WireWindow } from 'liveprofiler-sampler/wire';
import { nodes } from '../../nodes.ts';
import { askWire } from '../ask.ts';

const CHILD = fileURLToPath(new URL('leaking-child.js', import.meta.url));
const LEAKS: Readonly<Record<string, string>> = { map: 'rememberSession', listeners: 'followSettings', timers: 'pollForOrder', cache: 'renderPage', buffers: 'receiveUpload' };
/** A read pauses, and a busy machine is slow: what is read late is read all the same. */
const LIMIT = { timeout: 120_000 };

function bytesUnder({ frames, stacks }: WireProcess, { rows }: WireWindow, name: string): number {
  return rows.stack.reduce((sum, stack, row) => {
    for (let at = stack; at > 0; at = stacks.parent[at] ?? 0) if (frames[stacks.frame[at] ?? 0]?.name === name) return sum + (rows.weight[row] ?? 0);
    return sum;
  }, 0);
}

async function nextRead(port: number): Promise<{ process: WireProcess; live: WireWindow }> {
  const liveOf = (windows: readonly WireWindow[] = []): WireWindow[] => windows.filter(({ kind }) => kind === 'heap-live');
  const before = liveOf((await askWire(port)).processes[0]?.windows).length;
  for (;;) {
    const [process] = (await askWire(port)).processes;
    const live = liveOf(process?.windows);
    const last = live.at(-1);
    if (process !== undefined && last !== undefined && live.length > before) return { process, live: last };
    await pause(50);
  }
}

for (const { path, major } of nodes()) {
  for (const [leak, name] of Object.entries(LEAKS)) {
    test(`Node ${major}: the flames of what is held name what leaks: ${leak}`, LIMIT, async (t) => {
      const child = fork(CHILD, [leak], { execPath: path, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      t.after(() => child.kill('SIGKILL'));
      const [{ port }] = (await once(child, 'message')) as [{ port: number }];
      const { process, live } = await nextRead(port);
      const leaked = bytesUnder(process, live, name);
      const all = live.rows.weight.reduce((sum, weight) => sum + weight, 0);
      assert.ok(leaked > 4e6 && leaked > all / 4, `${leaked} of ${all}`);
      if (major < 26) assert.ok(bytesUnder(process, live, 'answerRequest') < leaked / 4);
    });
  }
}
