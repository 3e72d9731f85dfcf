// What the ancestors' samplers answer becomes rows to the sample, and what cannot be read is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAnswer } from '../../collector/dialects/answer.ts';
import type { HostAnswer } from '../../collector/dialects/answer.ts';
import type { Totals } from '../../collector/dialects/totals.ts';
import { PullFailure } from '../../collector/failures.ts';

const at = new URL('http://web:80/liveprofiler');

function read(body: unknown): HostAnswer {
  return readAnswer(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), at);
}

function totalsOf(answer: HostAnswer): Totals {
  assert.ok(answer.speaks !== 'liveprofiler' && answer.totals !== undefined);
  return answer.totals;
}

/** Sorted lines `name@url;name@url count weight`. */
function print({ profile: { frames, stacks, rows } }: Totals): string[] {
  const path = (stack: number): string[] => (stack === 0 ? [] : [...path(stacks.parent[stack] ?? 0), textOf(frames[stacks.frame[stack] ?? 0])]);
  return rows.stack.map((stack, i) => `${path(stack).join(';')} ${rows.count[i]} ${rows.weight[i]}`).sort();
}

function textOf(frame: { name: string; url: string } | undefined): string {
  return `${frame?.name}@${frame?.url}`;
}

test('JSON of the ancestors is read to the sample', () => {
  const answer = read({ elapsed: 1.2, granularity: 0.001, stacks: [{ frame: 'a(m);b(m)', count: 128 }, { frame: 'a(m)', count: 2 }] });
  assert.equal(answer.speaks, 'ancestor-json');
  const totals = totalsOf(answer);
  assert.deepEqual(print(totals), ['a@m 2 2000', 'a@m;b@m 128 128000']);
  assert.equal(totals.elapsedUs, 1_200_000);
  assert.equal(totals.samples, 130);
  assert.equal(totals.weightUs, 130_000);
});

test('text of nylas is read to the sample, blanks in names included', () => {
  const answer = read('elapsed 12.3456\ngranularity 0.005\n<module>(__main__);run(app);get x(a.b) 42\nalone 1\n');
  assert.equal(answer.speaks, 'nylas');
  const totals = totalsOf(answer);
  assert.deepEqual(print(totals), ['<module>@__main__;run@app;get x@a.b 42 210000', 'alone@ 1 5000']);
  assert.equal(totals.malformed, 0);
});

test('a stack told twice is one row', () => {
  assert.deepEqual(print(totalsOf(read({ elapsed: 1, granularity: 0.01, stacks: [{ frame: 'a(m)', count: 1 }, { frame: 'a(m)', count: 2 }] }))), ['a@m 3 30000']);
});

test('samplers that were not started say so by answering nothing', () => {
  assert.deepEqual(read({}), { speaks: 'ancestor-json' });
  assert.deepEqual(read(''), { speaks: 'unknown' }, 'as nylas\' sampler does, but not only that');
  assert.equal(totalsOf(read('elapsed 0.0\ngranularity 0.005\n')).samples, 0);
});

test('what cannot be read is counted and leaves the rest whole', () => {
  const stacks = [{ frame: 'a(m)', count: 1 }, { frame: 'b(m)', count: -1 }, { frame: 'c', count: 1.5 }, { frame: '', count: 1 }, { frame: 7, count: 1 }, null, { frame: 'd', count: 1e300 }, { frame: 'e'.repeat(5000), count: 1 }, 'x', { count: 3 }];
  const json = totalsOf(read({ elapsed: 1, granularity: 0.01, stacks }));
  assert.deepEqual(print(json), ['a@m 1 10000']);
  assert.equal(json.malformed, 9);
  const text = totalsOf(read('elapsed 1\ngranularity 0.01\na(m) 1\nnot a line\nb(m) 1x\n\n c\nd(m) 12'));
  assert.deepEqual(print(text), ['a@m 1 10000']);
  assert.equal(text.malformed, 5, 'the last line has no newline: its count may have been cut');
});

test('what is no profile is refused with the way out', () => {
  for (const body of ['<html><h1>It works!</h1>', '[]', 'null', '7', '{"a":1}', '{"elapsed":1', '"x"', '{"stacks":{}}', 'elapsed 3', '\u0000\u0001']) {
    assert.throws(() => read(body), (error) => error instanceof PullFailure && error.code === 'not-a-profile' && error.message.includes('web/liveprofiler'), body);
  }
  for (const elapsed of ['1', null, -1, 1e300]) assert.throws(() => read({ elapsed, granularity: 0.01, stacks: [] }), { code: 'not-a-profile' });
  assert.throws(() => read('elapsed x\ngranularity 0.1\n'), { code: 'not-a-profile' });
  assert.throws(() => read({ elapsed: 1, granularity: 'NaN', stacks: [] }), { code: 'not-a-profile' });
});

test('a newer wire format is refused with both numbers', () => {
  assert.throws(() => read({ liveprofiler: 7 }), (error) => error instanceof PullFailure && error.code === 'newer-format' && /7.*1/.test(error.message));
  assert.throws(() => read({ liveprofiler: 1 }), { code: 'not-a-profile' });
  assert.throws(() => read({ liveprofiler: 'x' }), { code: 'not-a-profile' });
});

test('any body is read or refused in words, never worse', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.string()).map((lines) => `elapsed 1\ngranularity 0.1\n${lines.join('\n')}`), fc.array(fc.record({ frame: fc.anything(), count: fc.anything() })).map((stacks) => JSON.stringify({ elapsed: 1, granularity: 1, stacks }))), (body) => {
    try {
      read(body);
    } catch (error) {
      assert.ok(error instanceof PullFailure, String(error));
    }
  }));
});
