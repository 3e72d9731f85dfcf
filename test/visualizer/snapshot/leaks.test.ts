// Programs that leak on purpose, under every Node.js at hand: what leaks is named by the table of classes, by what keeps
// the most and by the retaining path.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { OpenSnapshot } from '../../../visualizer/snapshot/open.ts';
import { openSnapshot } from '../../../visualizer/snapshot/open.ts';
import { pathLines } from '../../../visualizer/view/retaining.ts';
import { afterwards } from '../../cleanup.ts';
import { nodes } from '../../nodes.ts';

const CHILD = fileURLToPath(new URL('./leaks-child.js', import.meta.url));

interface Leak {
  readonly className: string;
  readonly count: number;
  /** Steps that the retaining path of the class goes over, in this order. */
  readonly over: readonly string[];
  /** What keeps them all. */
  readonly holder: RegExp;
}

const LEAKS: Readonly<Record<string, Leak>> = {
  map: { className: 'Session', count: 2000, over: ['.kept', 'variable sessions → Map', 'Session'], holder: /2,000 × Session/ },
  listeners: { className: 'Session', count: 2000, over: ['variable settings → EventEmitter', '._events', '.change → Array', '→ function onChange', '(variable) → Session'], holder: /2,000 × function onChange/ },
  timer: { className: 'Job', count: 2000, over: ['Timeout', '._onTimeout → function poll', 'variable jobs → Array', '→ Job'], holder: /2,000 × Job/ },
  cache: { className: '{html}', count: 2000, over: ['.kept → ShopCache', '.rendered → Object', '→ {html}'], holder: /2,000 × \{html\}/ },
  buffers: { className: 'Buffer', count: 100, over: ['variable uploads → Array', '→ Buffer'], holder: /100 × Buffer/ },
};

for (const { path: binary, major } of nodes()) {
  for (const [name, { className, count, over, holder }] of Object.entries(LEAKS)) {
    test(`Node ${major} names what leaks: ${name}`, async (t) => {
      const snapshot = await taken(t, binary, name);
      const view = await snapshot.ofClass(className, 3);
      assert.ok(view.row.count >= count && view.row.count <= count + 10, `${view.row.count} of ${className}`);
      const rank = (await snapshot.classes()).filter(({ name: of }) => !of.startsWith('(') && !of.startsWith('system /')).findIndex(({ name: of }) => of === className);
      assert.ok(rank >= 0 && rank < 12, `${className} is at place ${rank}`);
      const lines = pathLines(view.paths[0]?.path ?? []);
      let at = -1;
      for (const words of over) {
        const found = lines.findIndex((line, index) => index > at && line.includes(words));
        assert.ok(found > at, `${words} is not there after line ${at} of\n${lines.join('\n')}`);
        at = found;
      }
      const told = (await snapshot.holders(5)).map(({ holds }) => holds.map((one) => `${one.count.toLocaleString('en')} × ${one.className}`).join());
      assert.ok(told.some((words) => holder.test(words)), told.join('\n'));
    });
  }
}

test('buffers outside the heap count for who holds them', async (t) => {
  const snapshot = await taken(t, process.execPath, 'buffers');
  const { row, objects } = await snapshot.ofClass('Buffer', 1);
  assert.ok(row.retained >= 100 * 100_000 && row.shallow < 100_000, JSON.stringify(row));
  assert.ok((objects[0]?.retained ?? 0) >= 100_000);
});

async function taken(t: TestContext, binary: string, leak: string): Promise<OpenSnapshot> {
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-leak-'));
  afterwards(t, () => rm(folder, { recursive: true }));
  const path = join(folder, 'leak.heapsnapshot');
  await promisify(execFile)(binary, [CHILD, leak, path]);
  const snapshot = await openSnapshot(path);
  afterwards(t, () => {
    snapshot.close();
    return Promise.resolve();
  });
  return snapshot;
}
