// A collector that is away: for an hour nothing is lost but resolution, and for a day the service stays small.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRig, settings, target } from '../collector/rig.ts';
import { effort } from '../effort.ts';
import { HOUR_WINDOWS, MAX_BYTES, SAMPLES_PER_WINDOW, WINDOW_MS } from './away-windows.ts';
import type { DayTold } from './day-child.ts';
import type { HourTold } from './hour-child.ts';

const HEADROOM_BYTES = 10_000_000;

async function toldBy<T>(t: TestContext, child: string, args: readonly unknown[]): Promise<T> {
  // How far V8 lets its young generation grow is the service's own affair: here it stays as small as it can be.
  const process = fork(fileURLToPath(new URL(child, import.meta.url)), args.map(String), { execArgv: ['--expose-gc', '--max-semi-space-size=1'] });
  t.after(() => process.kill('SIGKILL'));
  const [told] = (await Promise.race([once(process, 'message'), once(process, 'exit').then(([code]) => Promise.reject(new Error(`${child} ended with ${code}`)))])) as [T];
  return told;
}

test('away for an hour it finds every sample when it comes back; away for a day the service takes no more than it may', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-away-'));
  t.after(() => { rmSync(folder, { recursive: true }); });
  const recording = join(folder, 'recording.json');
  const hour = await toldBy<HourTold>(t, 'hour-child.js', [effort(3000, 10_000), recording]);
  assert.ok(hour.distinctStacks > 200, `only ${hour.distinctStacks} stacks were recorded`);
  assert.ok(hour.counts.bytesHeld <= MAX_BYTES);
  assert.deepEqual([hour.counts.lost, hour.counts.windowsDropped.unread], [{ count: 0, weight: 0 }, 0]);
  assert.ok(hour.counts.windowsMerged > 0, 'nothing had to be merged: this shows nothing');

  const rig = await createRig(t, settings([target('away', new URL(`http://127.0.0.1:${hour.port}/liveprofiler`))], { timeoutMs: 30_000, maxBytes: 32 * 1024 * 1024 }));
  while ((await rig.collector.pullNow()).stacksCollected > 0) assert.equal(rig.status('away').error, undefined);
  const { windows, ...found } = await rig.store.tally('away');
  assert.deepEqual(found, { count: HOUR_WINDOWS * SAMPLES_PER_WINDOW, weight: HOUR_WINDOWS * WINDOW_MS * 1000 });
  assert.ok(windows < HOUR_WINDOWS);

  const dayWindows = effort(600, 24 * HOUR_WINDOWS);
  const day = await toldBy<DayTold>(t, 'day-child.js', [recording, dayWindows]);
  assert.equal(day.held + day.counts.lost.count, dayWindows * SAMPLES_PER_WINDOW, 'what is not held is counted as lost');
  assert.ok(day.counts.bytesHeld > MAX_BYTES / 2 && day.counts.bytesHeld <= MAX_BYTES);
  for (const bytes of [day.rssGrowthBytes, day.usedGrowthBytes]) assert.ok(bytes <= MAX_BYTES + HEADROOM_BYTES, JSON.stringify(day));
  t.diagnostic(JSON.stringify({ hour, windows, day }));
});
