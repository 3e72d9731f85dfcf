// What only the embedded engine does with its tiers.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../collector/store/index.ts';
import { afterwards } from '../../cleanup.ts';
import { windowOf } from '../../windows.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const T0 = Date.UTC(2026, 4, 4);

test('roll-ups can be made anew', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-tiers-'));
  afterwards(t, () => rm(path, { recursive: true, force: true }));
  const store = await openStore({ path });
  afterwards(t, () => store.close());
  const windows = Array.from({ length: 100 }, (_, index) => windowOf({ seq: index + 1, startMs: T0 + index * 37 * MINUTE_MS, stacks: `a;f${index % 7} ${index + 1}` }));
  await store.append(windows, new Map());
  await store.rollUp(T0 + 10 * DAY_MS);
  const over = { fromMs: T0, untilMs: T0 + 4 * DAY_MS };
  const before = await store.query({ kind: 'cpu' }, over);
  assert.ok((await store.rebuild(T0 + 10 * DAY_MS)).rollups > 100);
  assert.deepEqual(await store.query({ kind: 'cpu' }, over), before);
  assert.deepEqual(await store.rollUp(T0 + 10 * DAY_MS), { rollups: 0 });
});
