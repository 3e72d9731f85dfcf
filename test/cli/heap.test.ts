// `liveprofiler heap` as a person runs it.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { made } from '../visualizer/snapshot/made.ts';
import type { MadeNode } from '../visualizer/snapshot/made.ts';
import { folder, run } from './command.ts';

function shop(sessions: number, more: readonly MadeNode[] = []): string {
  const first = 4 + more.length;
  return JSON.stringify(made([
    { type: 'synthetic', name: '', refers: { 'shortcut:1': 1 } },
    { name: 'global', bytes: 100, refers: { sessions: 2, ...Object.fromEntries(more.map(({ name }, index) => [name, 4 + index])) } },
    { name: 'Map', bytes: 32, refers: { 'internal:table': 3 } },
    { type: 'array', name: '', bytes: 64, refers: Object.fromEntries(Array.from({ length: sessions }, (_, index) => [`internal:${index}`, first + index])) },
    ...more,
    ...Array.from({ length: sessions }, () => ({ name: 'Session', bytes: 1000 })),
  ]));
}

test('a snapshot is told as classes and as what keeps the most; progress is not on stdout', async (t) => {
  const path = join(await folder(t), 'shop.heapsnapshot');
  await writeFile(path, shop(500));
  const { code, stdout, stderr } = await run('heap', path, '--limit', '2');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^shop\.heapsnapshot: 500 kB in 504 objects of 4 classes\n\ncount +shallow +retained +class\n +1 +100 B +500 kB +100\.0 % +global\n +1 +32 B +500 kB +100\.0 % +Map\n2 more classes\.\n/);
  assert.match(stdout, /What keeps the most, and who keeps it:\n\n1\. 500 kB, 100\.0 %: \(array\) @7 with 500 × Session \(500 kB\)\n {5}\(roots\)\n {5}global @3\n {5}\.sessions → Map @5\n {5}\(table\) → \(array\) @7, keeps 500 kB\n$/);
});

test('two snapshots are told as what is new, gone, grown and shrunk, and who keeps what grew', async (t) => {
  const path = await folder(t);
  const [a, b] = [join(path, 'a.heapsnapshot'), join(path, 'b.heapsnapshot')];
  await writeFile(a, shop(100, [{ name: 'Old\u001b[31m', bytes: 5000 }]));
  await writeFile(b, shop(300, [{ name: 'Fresh', bytes: 2000 }]));
  const { code, stdout } = await run('heap', a, b);
  assert.equal(code, 0);
  assert.match(stdout, / 100 +300 +100 kB +300 kB +\+200 kB +Session {2}\(grown\)\n/);
  assert.match(stdout, / 0 +1 +0 B +2 kB +\+2 kB +Fresh {2}\(new\)\n/);
  assert.match(stdout, / 1 +0 +5 kB +0 B +−5 kB +Old\ufffd\[31m {2}\(gone\)\n/);
  assert.match(stdout, /1\. \+200 kB to 300 kB: \(array\) @7 with 300 × Session/);
});

test('what cannot be read is told in a sentence, with nothing on stdout', async (t) => {
  const path = join(await folder(t), 'cut.heapsnapshot');
  await writeFile(path, shop(500).slice(0, 3000));
  for (const [args, code, words] of [
    [['heap', path], 1, /Take it again/],
    [['heap', '/no/such'], 1, /\/no\/such cannot be read/],
    [['heap'], 2, /needs the file of a heap snapshot/],
    [['heap', path, path, 'third'], 2, /takes no "third"/],
    [['heap', path, '--limit', '0'], 2, /--limit 0/],
    [['heap', path, '--what'], 2, /--what.*--help/s],
  ] as const) {
    const ended = await run(...args);
    assert.deepEqual([ended.code, ended.stdout], [code, ''], args.join(' '));
    assert.match(ended.stderr, words);
  }
  assert.match((await run('heap', '--help')).stdout, /liveprofiler heap A B/);
});
