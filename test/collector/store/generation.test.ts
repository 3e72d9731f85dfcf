// A store's generation changes with whatever may change an answer, and with nothing else.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../collector/store/index.ts';
import { afterwards } from '../../cleanup.ts';
import { windowOf } from '../../windows.ts';

const DAY_MS = 86_400_000;
const T0 = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;
const NONE = new Map<string, never>();
const today = { fromMs: T0, untilMs: T0 + DAY_MS };
const yesterday = { fromMs: T0 - DAY_MS, untilMs: T0 };
const both = { fromMs: T0 - 1, untilMs: T0 + 1 };

test('what is appended changes the generation of its day alone, a duplicate none', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-generation-'));
  const store = await openStore({ path });
  afterwards(t, async () => {
    await store.close();
    await rm(path, { recursive: true });
  });
  const all = (): string[] => [today, yesterday, both, undefined].map((range) => store.generation(range));
  const changes = async (work: () => Promise<unknown>): Promise<boolean[]> => {
    const before = all();
    await work();
    return all().map((generation, index) => generation !== before[index]);
  };
  const window = windowOf({ startMs: T0 + 1000 });
  assert.deepEqual(await changes(() => store.append([window], NONE)), [true, false, true, true]);
  assert.deepEqual(await changes(() => store.append([window], NONE)), [false, false, false, false], 'a duplicate');
  assert.deepEqual(await changes(() => store.append([windowOf({ seq: 2, startMs: T0 - 1000 })], NONE)), [false, true, true, true], 'a late window');
  assert.deepEqual(await changes(() => store.query({ kind: 'cpu' }, today)), [false, false, false, false], 'reading');
  assert.deepEqual(await changes(() => store.rollUp(T0 + DAY_MS)), [true, true, true, true], 'rolling up');
  assert.deepEqual(await changes(() => store.rollUp(T0 + DAY_MS)), [false, false, false, false], 'nothing to roll up');
  assert.deepEqual(await changes(() => store.rebuild(T0 + DAY_MS)), [true, true, true, true], 'making anew');
  assert.deepEqual(await changes(() => store.prune(T0 + 500 * DAY_MS)), [true, true, true, true], 'dropping');
});

test('no two openings have the same generation', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-generation-'));
  afterwards(t, () => rm(path, { recursive: true }));
  const seen = new Set<string>();
  for (let opening = 0; opening < 3; opening++) {
    const store = await openStore({ path });
    seen.add(store.generation());
    await store.close();
  }
  assert.equal(seen.size, 3);
});
