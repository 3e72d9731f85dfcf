// Bytes flipped in LevelDB's own files: what is lost is told, and what is left is repaired, whichever byte it was.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore, repairStore } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { windowOf } from '../../windows.ts';

const START_MS = Date.UTC(2026, 4, 4);
const DAY_MS = 24 * 3_600_000;
const HOSTS = ['web', 'db'];
const WINDOWS = 60;

/** A store whose records are in its log, or in tables; resolves to its folder. */
async function prepared(t: TestContext, kind: 'log' | 'ldb'): Promise<{ base: string; copy: string; file: string }> {
  const root = await mkdtemp(join(tmpdir(), 'liveprofiler-files-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const base = join(root, 'base');
  const store = await openStore({ path: base });
  for (let seq = 0; seq < WINDOWS; seq++) {
    const stacks = Array.from({ length: 60 }, (_, i) => `main;f${(i * (seq + 1)) % 83};g${i} 1`).join('\n');
    await store.append(HOSTS.map((host) => windowOf({ host, boot: host, seq, startMs: START_MS + seq * 10_000, stacks })), new Map([['web', { cursor: String(seq), clocks: {}, ancestorSeq: seq }]]));
    if (seq === WINDOWS / 2) await store.rollUp(START_MS + seq * 10_000);
  }
  await store.close();
  if (kind === 'ldb') await (await openStore({ path: base })).close();
  const files = await readdir(join(base, 'leveldb'));
  const sizes = await Promise.all(files.filter((file) => file.endsWith(`.${kind}`)).map(async (file) => ({ file, size: (await readFile(join(base, 'leveldb', file))).length })));
  const [{ file } = { file: '' }] = sizes.sort((a, b) => b.size - a.size);
  return { base, copy: join(root, 'copy'), file: join('leveldb', file) };
}

async function answer(path: string): Promise<number | string> {
  const store = await openStore({ path }).catch((error: unknown) => String((error as { code?: string }).code));
  if (typeof store === 'string') return store;
  try {
    const { windows, tree } = await store.query({ kind: 'cpu' }, { fromMs: START_MS, untilMs: START_MS + DAY_MS });
    assert.equal(tree.totalCount[0], windows * 60);
    await store.memory('web');
    return windows;
  } catch (error) {
    return String((error as { code?: string }).code);
  } finally {
    await store.close();
  }
}

for (const kind of ['log', 'ldb'] as const) {
  test(`bytes flipped in a ${kind === 'log' ? 'log' : 'table'} are told and stop no repair, and what is left is counted once`, async (t) => {
    const { base, copy, file } = await prepared(t, kind);
    const bytes = await readFile(join(base, file));
    const rounds = effort(8, 300);
    for (let round = 0; round < rounds; round++) {
      await rm(copy, { recursive: true, force: true });
      await cp(base, copy, { recursive: true });
      const at = Math.floor(((round * 0.618_033_988_75) % 1) * bytes.length);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      await writeFile(join(copy, file), flipped);
      // What LevelDB makes of a damaged table before the repair can end the process.
      const before = kind === 'log' ? await answer(copy) : 'a table';
      const where = `byte ${at} of ${bytes.length}, ${before}`;
      if (kind === 'log') assert.ok(before === 'STORE_DAMAGED' || before === WINDOWS * 2, where);
      const report = await repairStore(copy);
      // The footer is filled up with bytes that say nothing.
      const says = kind === 'ldb' ? at < bytes.length - 48 : before === 'STORE_DAMAGED';
      if (says) assert.ok(report.damaged > 0, where);
      const after = await answer(copy);
      assert.ok(typeof after === 'number' && after <= WINDOWS * 2, `${where}, then ${after}`);
      const store = await openStore({ path: copy });
      await store.append([windowOf({ seq: 900, startMs: START_MS + 3_600_000, stacks: 'late 60' })], new Map());
      await store.rollUp(START_MS + 2 * DAY_MS);
      await store.close();
      assert.equal(await answer(copy), after + 1, where);
      assert.equal((await repairStore(copy)).damaged, 0, where);
    }
  });
}

for (const [who, note] of [
  ['this number', `${process.pid}\n`],
  // A process that lives, and began at another time.
  ['the number of another process by now', `${process.ppid} 1\n`],
] as const) test(`whoever opens a folder that was not closed by who had ${who} is told of damaged tables, before LevelDB can end the process over them`, { skip: who !== 'this number' && process.platform !== 'linux' }, async (t) => {
  const { base, file } = await prepared(t, 'ldb');
  const bytes = await readFile(join(base, file));
  bytes[100] = (bytes[100] ?? 0) ^ 0x55;
  await writeFile(join(base, file), bytes);
  // As it is left behind by who was killed while it was open.
  await writeFile(join(base, 'liveprofiler.pid'), note);
  for (let turn = 0; turn < 2; turn++) {
    await assert.rejects(openStore({ path: base }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_DAMAGED');
      assert.match(error.message, /1 place of its tables is not as written.*Run liveprofiler repair/);
      return true;
    });
  }
  assert.ok((await repairStore(base)).damaged > 0);
  assert.equal(typeof await answer(base), 'number');
});

test('a log that ends in the middle of a write is no damage: all before it is there', async (t) => {
  const { base, copy, file } = await prepared(t, 'log');
  const { length } = await readFile(join(base, file));
  let last = WINDOWS * 2;
  for (let cut = 1; cut <= effort(8, 100); cut++) {
    await rm(copy, { recursive: true, force: true });
    await cp(base, copy, { recursive: true });
    await truncate(join(copy, file), length - cut * 997);
    const windows = await answer(copy);
    assert.ok(typeof windows === 'number' && windows <= last, `${windows} windows with ${cut * 997} bytes less`);
    last = windows;
  }
});

test('a store whose file CURRENT is gone is told and mended, not begun anew', async (t) => {
  const { base } = await prepared(t, 'ldb');
  await rm(join(base, 'leveldb/CURRENT'));
  assert.equal(await answer(base), 'STORE_DAMAGED');
  assert.ok((await repairStore(base)).damaged > 0);
  assert.equal(await answer(base), WINDOWS * 2);
});
