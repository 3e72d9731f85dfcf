// Others in this thread who use V8's profiler: sessions, console.profile and console.profileEnd. The sampler goes on,
// counts what it had to mend, and leaves no time unaccounted for.
import assert from 'node:assert/strict';
import inspector from 'node:inspector';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#sampler/clock.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Sampler } from 'liveprofiler-sampler';
import { allWindows, assertConserved, costOf, costWhen, SECRET, weightOf } from './ask.ts';
import { spinFor } from './spin.ts';

// node:inspector types it as the global console's like; these are the members that count here.
const foreign = inspector.console as unknown as { profile(title?: string): void; profileEnd(title?: string): void };
const LIMIT = { timeout: 60_000 };

/** With a wall clock that can be moved on. */
async function started(t: TestContext): Promise<{ sampler: Sampler; port: number; moveOn: (ms: number) => void }> {
  let movedMs = 0;
  const sampler = createSampler({ secret: SECRET, windowMs: 1000, clock: { ...systemClock, wallMs: () => Date.now() + movedMs } });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  return { sampler, port, moveOn: (ms) => void (movedMs += ms) };
}

/** Another session of this thread, as a debugger's tools open one: it sees the sampler's profiles. */
function otherSession(t: TestContext): { session: inspector.Session; open: Set<string>; openedTwice: readonly string[]; nextOpened: () => Promise<string> } {
  const session = new inspector.Session();
  const open = new Set<string>();
  session.connect();
  t.after(() => {
    session.disconnect();
  });
  const openedTwice: string[] = [];
  let [openings, latest] = [0, ''];
  session.on('Profiler.consoleProfileStarted', ({ params: { title = '' } }) => {
    if (open.has(title)) openedTwice.push(title);
    open.add(title);
    openings++;
    latest = title;
  });
  session.on('Profiler.consoleProfileFinished', ({ params }) => open.delete(params.title ?? ''));
  session.post('Profiler.enable');
  const nextOpened = async (): Promise<string> => {
    for (const known = openings; openings === known; ) await pause(1);
    return latest;
  };
  return { session, open, openedTwice, nextOpened };
}

async function sumsOf(port: number): Promise<{ busy: number; dropped: number; lasted: number }> {
  const windows = await allWindows(port);
  assertConserved(windows);
  return {
    busy: windows.reduce((sum, window) => sum + weightOf(window), 0),
    dropped: windows.reduce((sum, window) => sum + window.dropped.weight, 0),
    lasted: (windows.at(-1)?.endUs ?? 0) - (windows[0]?.startUs ?? 0),
  };
}

test('another session takes profiles, stops the profiler and leaves, a second one breaks off: nothing is missing', LIMIT, async (t) => {
  const { sampler, port } = await started(t);
  const { session } = otherSession(t);
  for (let round = 0; round < 3; round++) {
    session.post('Profiler.setSamplingInterval', { interval: 700 });
    session.post('Profiler.start');
    spinFor(400);
    let samples = 0;
    session.post('Profiler.stop', (_error, { profile }) => {
      samples = profile.samples?.length ?? 0;
    });
    session.post('Profiler.disable');
    session.post('Profiler.enable');
    assert.ok(samples > 10, `the other session got ${samples} samples`);
    await pause(50);
  }
  const second = new inspector.Session();
  second.connect();
  second.post('Profiler.enable');
  second.post('Profiler.start');
  spinFor(300);
  second.disconnect();
  session.disconnect();
  const { slices } = await costOf(port);
  spinFor(500);
  await costWhen(port, (cost) => cost.slices > slices);
  sampler.pause();
  const { busy, dropped } = await sumsOf(port);
  assert.ok(busy > 1_900_000 && dropped === 0, `busy ${busy}, dropped ${dropped} µs`);
  assert.deepEqual((await costOf(port)).recoveries, {});
});

test("profiles of the sampler's that somebody else ends are begun again and counted", LIMIT, async (t) => {
  const { sampler, port } = await started(t);
  const { open, openedTwice, nextOpened } = otherSession(t);
  await nextOpened();
  spinFor(200);
  const overlapping = await nextOpened();
  // The last profile is still open and tells what the ended one would have told.
  foreign.profileEnd(overlapping);
  assert.deepEqual((await costOf(port)).recoveries, { foreignProfileEnd: 1 });

  const only = await nextOpened();
  while (open.size > 1) await pause(5);
  // Now it is the only one, and all until here is in it.
  foreign.profileEnd(only);
  assert.deepEqual((await costOf(port)).recoveries, { foreignProfileEnd: 2 });

  const newer = await nextOpened();
  const [older = ''] = [...open].filter((title) => title !== newer);
  // Both are open, and the older one is ended.
  foreign.profileEnd(older);
  assert.deepEqual((await costOf(port)).recoveries, { foreignProfileEnd: 3 });

  const { slices } = await costOf(port);
  spinFor(1500);
  await costWhen(port, (cost) => cost.slices > slices + 1);
  sampler.pause();
  assert.deepEqual([open.size, openedTwice], [0, []]);
  const { busy, dropped, lasted } = await sumsOf(port);
  assert.ok(busy > 1_600_000 && lasted > 2_500_000, `busy ${busy} of ${lasted} µs`);
  assert.ok(dropped < lasted / 3, `dropped ${dropped} of ${lasted} µs`);
});

test('console.profileEnd() without a title loses nothing, whoever it is that V8 ends', LIMIT, async (t) => {
  const { sampler, port } = await started(t);
  spinFor(300);
  foreign.profileEnd();
  spinFor(900);
  await pause(300);
  sampler.pause();
  assert.ok((await sumsOf(port)).busy > 1_100_000);
  // Before Node 24, V8 takes it for the latest profile, which is ours.
  const ended = Number(process.versions.node.split('.')[0]) < 24;
  assert.deepEqual((await costOf(port)).recoveries, ended ? { foreignProfileEnd: 1 } : {});
});

test('of two foreign profiles one is left open: after a minute ours is begun afresh, once', LIMIT, async (t) => {
  const { sampler, port, moveOn } = await started(t);
  foreign.profile('left open');
  foreign.profile('ended in time');
  foreign.profileEnd('ended in time');
  const { slices } = await costOf(port);
  assert.deepEqual((await costWhen(port, (cost) => cost.slices > slices)).recoveries, {});
  moveOn(61_000);
  const mended = await costWhen(port, ({ recoveries }) => recoveries['foreignProfileLeftOpen'] === 1);
  spinFor(300);
  moveOn(61_000);
  const later = await costWhen(port, (cost) => cost.slices > mended.slices + 1);
  assert.deepEqual(later.recoveries, { foreignProfileLeftOpen: 1 });
  foreign.profileEnd('left open');
  sampler.pause();
  const { dropped, lasted } = await sumsOf(port);
  assert.ok(dropped < lasted / 3, `dropped ${dropped} of ${lasted} µs`);
});

test('a foreign profile that is ended in time is left alone', LIMIT, async (t) => {
  const { sampler, port, moveOn } = await started(t);
  foreign.profile('theirs');
  await costWhen(port, (cost) => cost.slices > 0);
  foreign.profileEnd('theirs');
  moveOn(61_000);
  const { slices } = await costOf(port);
  assert.deepEqual((await costWhen(port, (cost) => cost.slices > slices)).recoveries, {});
  sampler.pause();
  await sumsOf(port);
});
