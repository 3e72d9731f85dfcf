// Retention while the page is served: what is past it goes turn by turn, and every question is answered meanwhile.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { startStoreTurns } from '../../cli/store-turns.ts';
import { openStore } from '../../collector/store/index.ts';
import { afterwards } from '../cleanup.ts';
import { windowOf } from '../windows.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NOON_MS = Date.UTC(2026, 10, 20, 12);
const EVER = { fromMs: 0, untilMs: 4e12 };

test('windows leave for their sums, sums leave at their end, and answers stay the same until then', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-turns-'));
  const retention = { rawMs: HOUR_MS, minutesMs: 2 * HOUR_MS, hoursMs: 24 * HOUR_MS, daysMs: 24 * HOUR_MS };
  const store = await openStore({ path, retention });
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: NOON_MS });
  const lines: { msg: string; windows?: number }[] = [];
  const end = startStoreTurns(store, pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) }));
  afterwards(t, async () => {
    end();
    mock.timers.reset();
    await store.close();
    await rm(path, { recursive: true });
  });
  const count = async (): Promise<number> => (await store.query({ kind: 'cpu' }, EVER)).tree.totalCount[0] ?? 0;
  const dropped = () => lines.filter(({ msg }) => msg === 'old windows dropped').map(({ windows }) => windows);
  /** Time passes, then the turns of ten minutes come. */
  const later = async (ms: number, met: () => boolean | Promise<boolean>): Promise<void> => {
    mock.timers.setTime(Date.now() + ms);
    mock.timers.tick(10 * MINUTE_MS);
    while (!(await met())) await pause(5);
  };
  for (let seq = 1; seq <= 12; seq++) {
    await store.append([windowOf({ host: 'web', boot: 'one', seq, startMs: NOON_MS + seq * 10_000, stacks: 'serve;render 5\nserve;query 2' })], new Map());
  }
  assert.equal(await count(), 84);
  await later(30 * MINUTE_MS, () => true);
  assert.deepEqual(dropped(), [], 'all of it is younger');
  await later(HOUR_MS, async () => {
    assert.equal(await count(), 84, 'at no time is there less');
    return dropped().length > 0;
  });
  assert.deepEqual(dropped(), [12]);
  assert.equal(await count(), 84, 'known by their sums');
  assert.deepEqual(lines.filter(({ msg }) => msg !== 'old windows dropped'), []);
  // A clock far ahead and a fleet that fell silent look the same: nothing goes, and it is said once.
  const warned = () => lines.filter(({ msg }) => msg.includes('retention counts from'));
  await later(48 * HOUR_MS, () => warned().length > 0);
  await later(HOUR_MS, async () => (await store.prune(0)).windows === 0);
  assert.equal(await count(), 84);
  assert.equal(warned().length, 1);
  await store.append([windowOf({ host: 'db', boot: 'two', startMs: Date.now(), stacks: 'serve 3' })], new Map());
  // A host leaves after its last sum.
  await later(10 * MINUTE_MS, async () => (await count()) === 3 && (await store.hosts()).length === 1);
  assert.deepEqual(await store.hosts(), ['db']);
});
