// Folders that earlier formats wrote open and answer what they answered then.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FORMAT_VERSION } from '../../../collector/store/format.ts';
import { openStore } from '../../../collector/store/index.ts';
import { effort } from '../../effort.ts';
import { killed } from './killed.ts';
import { answersOf, fixtureNumbers, fixtureWindows, linesOf, numbersOf } from './fixture.ts';

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/', import.meta.url));
const OPENER = fileURLToPath(new URL('open-child.js', import.meta.url));
const folders = (await readdir(FIXTURES)).filter((name) => name.startsWith('store-format-'));

test('there is a folder of every format', () => {
  assert.deepEqual(folders.sort(), Array.from({ length: FORMAT_VERSION }, (_, i) => `store-format-${i + 1}`));
});

for (const name of folders) {
  test(`${name} opens and answers the same, twice, and knows what it has`, async (t) => {
    const copy = await mkdtemp(join(tmpdir(), 'liveprofiler-upgrade-'));
    t.after(() => rm(copy, { recursive: true }));
    await cp(join(FIXTURES, name, 'store'), copy, { recursive: true });
    const answers = JSON.parse(await readFile(join(FIXTURES, name, 'answers.json'), 'utf8')) as unknown;
    const lines = name <= 'store-format-2' ? undefined : (JSON.parse(await readFile(join(FIXTURES, name, 'lines.json'), 'utf8')) as unknown);
    const numbers = name <= 'store-format-3' ? undefined : (JSON.parse(await readFile(join(FIXTURES, name, 'numbers.json'), 'utf8')) as unknown);
    for (let opening = 0; opening < 2; opening++) {
      const store = await openStore({ path: copy });
      t.after(() => store.close());
      assert.deepEqual(await answersOf(store), answers);
      if (lines !== undefined) assert.deepEqual(await linesOf(store), lines);
      if (numbers !== undefined) assert.deepEqual(await numbersOf(store), numbers);
      const windows = [...fixtureWindows(), ...(numbers === undefined ? [] : fixtureNumbers())];
      assert.deepEqual(await store.append(windows, new Map()), { appended: 0, duplicates: windows.length, refused: [] });
      await store.close();
    }
  });
}

test('killed at any moment of an upgrade: it is done again, and the folder answers the same', async (t) => {
  const answers = JSON.parse(await readFile(join(FIXTURES, 'store-format-1', 'answers.json'), 'utf8')) as unknown;
  const path = await mkdtemp(join(tmpdir(), 'liveprofiler-upgrade-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  let cutShort = 0;
  for (let kill = 0; kill < effort(10, 100); kill++) {
    await rm(path, { recursive: true });
    await cp(join(FIXTURES, 'store-format-1', 'store'), path, { recursive: true });
    if (!(await killed(OPENER, [path], (kill * 3) % 40)).includes('open')) cutShort++;
    const store = await openStore({ path });
    assert.deepEqual(await answersOf(store), answers);
    await store.close();
  }
  assert.ok(cutShort > 0, 'every upgrade was done before its kill');
});
