// One pull against anything a host may say: it reports, never rejects, and what it keeps is what it was told.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../collector/clock.ts';
import { PullFailure } from '../../collector/failures.ts';
import { createPuller } from '../../collector/pull.ts';
import type { PullReport } from '../../collector/pull.ts';
import { openNotingStore } from './noting-store.ts';
import type { NotingStore } from './noting-store.ts';
import { createScriptedHost } from './wire-host.ts';

let folder: string;
let store: NotingStore;
let hosts = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liveprofiler-pull-'));
  store = await openNotingStore(folder);
});
after(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function pullOnce(name: string, bodies: readonly string[]): Promise<PullReport> {
  const rest = [...bodies];
  const fetcher = {
    get: () => {
      const body = rest.shift();
      return body === undefined ? Promise.reject(new PullFailure('refused', 'No more bodies.')) : Promise.resolve(Buffer.from(body));
    },
    close: () => undefined,
  };
  return createPuller({ host: { name, labels: {} }, url: new URL('http://x/'), store, fetcher, clock: systemClock, intervalMs: 1000 }).pull(new AbortController().signal);
}

/** Replaces the member at a random path of a sound answer. */
function spoil(answer: unknown, path: readonly number[], by: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || path.length === 0) return by;
  const keys = Object.keys(answer);
  const key = keys[(path[0] ?? 0) % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const changed = spoil((answer as Record<string, unknown>)[key], path.slice(1), by);
  if (Array.isArray(answer)) return answer.map((item: unknown, i) => (String(i) === key ? changed : item));
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, name === key ? changed : value]));
}

const hostile = fc.oneof(fc.anything(), fc.constantFrom(null, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER, '__proto__', '\u0000', '\ud800', [], {}, 'x'.repeat(5000)));

test('an answer with anything at any place is stored or told, never worse', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 8 }), hostile, async (path, by) => {
    const script = createScriptedHost({ boot: `spoilt-${hosts}` });
    script.finish(3);
    const name = `host-${hosts++}`;
    const sound = script.tell('');
    const report = await pullOnce(name, [json(spoil(sound, path, by))]);
    if (report.failure?.code === 'refused') return;
    const { windows } = await store.tally(name);
    assert.equal(report.windows, windows);
    assert.ok(report.failure === undefined || ['not-a-profile', 'newer-format', 'not-stored'].includes(report.failure.code), `${report.failure?.code}: ${report.failure?.message}`);
  }), { numRuns: 300 });
});

test('what was read before a failure in the same pull is kept and counted', async () => {
  const script = createScriptedHost({ boot: 'half' });
  script.perAnswer = 2;
  script.finish(4);
  const report = await pullOnce('half', [json(script.tell('')), '<html>']);
  assert.equal(report.failure?.code, 'not-a-profile');
  assert.equal(report.windows, 2);
  assert.equal((await store.memory('half'))?.cursor, 'half 2');
});

test('optional sections that this version does not know are kept as they came', async () => {
  const script = createScriptedHost({ boot: 'sections' });
  script.finish(1);
  const text = json(script.tell('')).replace('"thread":0,"kind"', '"sections":{"later":{"a":[1,2]},"__proto__":1},"thread":0,"kind"');
  await pullOnce('sections', [text]);
  const [window] = store.windows('sections');
  assert.deepEqual(JSON.stringify(window?.sections), '{"later":{"a":[1,2]},"__proto__":1}');
});

function json(value: unknown): string {
  try {
    return JSON.stringify([value], (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member)).slice(1, -1);
  } catch {
    return '[]';
  }
}
