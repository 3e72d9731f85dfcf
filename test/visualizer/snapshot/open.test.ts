// The process that analyses: bounded, told of as it goes on, and never the reason that somebody waits for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../../../visualizer/snapshot/answers.ts';
import { SnapshotError } from '../../../visualizer/snapshot/fault.ts';
import { openSnapshot } from '../../../visualizer/snapshot/open.ts';
import { inFile, made } from './made.ts';

const leaf = { name: 'Leaf', bytes: 10 };
const WIDE = JSON.stringify(made([{ type: 'synthetic', name: '', refers: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [String(index), index + 1])) }, ...Array.from({ length: 1000 }, () => leaf)]));

test('progress goes from 0 to 1, and the process answers until it is closed', async (t) => {
  const told: Progress[] = [];
  const snapshot = await openSnapshot(await inFile(t, WIDE), { progress: (progress) => { told.push(progress); } });
  assert.equal(told.at(-1)?.share, 1);
  assert.deepEqual(told.map(({ share }) => share), told.map(({ share }) => share).sort((a, b) => a - b));
  assert.equal(snapshot.summary.objects, 1001);
  assert.deepEqual((await snapshot.classes())[0], { name: 'Leaf', count: 1000, shallow: 10_000, retained: 10_000 });
  await assert.rejects(snapshot.ofClass('Nothing', 1), (error: unknown) => error instanceof SnapshotError && error.code === 'SNAPSHOT_NO_OBJECT');
  const asked = snapshot.classes();
  snapshot.close();
  await assert.rejects(asked, { code: 'SNAPSHOT_ENDED' });
  await assert.rejects(snapshot.holders(1), { code: 'SNAPSHOT_ENDED' });
});

test('what is wrong in there is told out here', async (t) => {
  await assert.rejects(openSnapshot(await inFile(t, 'hello')), { code: 'SNAPSHOT_NOT_ONE' });
  await assert.rejects(openSnapshot(await inFile(t, WIDE), { mostBytes: 1000 }), { code: 'SNAPSHOT_TOO_LARGE' });
  await assert.rejects(openSnapshot('/no/such/file'), { code: 'SNAPSHOT_UNREADABLE' });
});

test('an analysis that is not wanted any more ends', async (t) => {
  const stopping = new AbortController();
  const opening = openSnapshot(await inFile(t, WIDE), { signal: stopping.signal });
  stopping.abort();
  await assert.rejects(opening, { code: 'SNAPSHOT_ENDED' });
});
