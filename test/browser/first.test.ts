// What a page asks first is on its way before its script is there, and is asked once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../visualizer/server.ts';
import { windowOf } from '../visualizer/windows.ts';
import { open, withBrowser } from './page.ts';

withBrowser();

/** Who asked an endpoint, in order. */
const ASKED = `(endpoint) => performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname === endpoint).map(({ initiatorType }) => initiatorType)`;

for (const [path, endpoints, asker, more = []] of [
  // The states alone, and all; but for that how busy hosts were, then the rest of them.
  ['/?from=-1hour&order=cost', ['/api/hosts', '/api/hosts'], 'link'],
  ['/?from=-1hour', ['/api/hosts', '/api/hosts'], 'link', ['fetch']],
  ['/graph/web/?view=both&live=0&idle=1&by=version', ['/api/flame', '/api/timeline'], 'link'],
  ['/graph/?service=shop&label.route=GET%20%2Fa&hide=node&open=1&live=0', ['/api/flame', '/api/timeline'], 'link'],
  ['/diff?a.host=web&a.from=-2hours&a.until=-1hour&b.host=web', ['/api/diff'], 'link'],
  ['/diff?with=day&b.service=shop&more=1', ['/api/diff'], 'link'],
  ['/memory/web/?by=version&live=0', ['/api/memory'], 'link'],
  ['/memory/?service=shop&before=1795184880000', ['/api/memory'], 'link'],
  ['/process/web/?from=-1hour&live=0', ['/api/process'], 'link'],
  ['/snapshots/', ['/api/snapshots'], 'link'],
  ['/memory/web/?from=today%2000:00&live=0', ['/api/memory'], 'fetch'],
  ['/graph/web/?from=today%2000:00&until=today%2023:59&live=0', ['/api/flame', '/api/timeline'], 'fetch'],
] as const satisfies readonly (readonly [string, readonly string[], string, (readonly string[])?])[]) {
  test(`${path}: ${asker === 'link' ? 'asked with the script' : 'what the browser’s zone decides is asked by the script'}, once`, async (t) => {
    const { port } = await serve(t, { windows: [windowOf({ seq: 1, startMs: Date.now() - 60_000, stacks: { work: 30 } })] });
    const { page } = await open(t, `http://127.0.0.1:${port}${path}`);
    await page.waitForLoadState('networkidle');
    const initiators = await Promise.all([...new Set(endpoints)].map((endpoint) => page.evaluate<string[]>(`(${ASKED})(${JSON.stringify(endpoint)})`)));
    assert.deepEqual(initiators.flat(), [...endpoints.map(() => asker), ...more]);
  });
}
