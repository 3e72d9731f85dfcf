// What the sampler says of programs that know what they did; `npm run bench:truth` does the same for longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, unaccounted } from '../../bench/truth/judge.ts';
import type { ProgramName } from '../../bench/truth/programs.ts';
import { told } from '../../bench/truth/run.ts';
import { effort } from '../effort.ts';

const SECONDS = effort(4, 60);
/** As many samples in a short run as are needed to tell. */
const INTERVAL_US = effort(2000, 10_000);
const ATTEMPTS = 3;
/** Of all attempts. */
const LIMIT = { timeout: ATTEMPTS * (SECONDS + 20) * 1000 };
const PROGRAMS: readonly ProgramName[] = ['async functions', 'generators', 'recursion', 'native calls', 'garbage', 'blocked for 5 s', 'idle'];

for (const program of PROGRAMS) {
  test(`${program}: each part has its share, and all time is accounted for`, LIMIT, async () => {
    const wrong: string[] = [];
    // Neighbours can starve a process of its samples: a sampler that is wrong is wrong every time.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const answer = await told(program, SECONDS, INTERVAL_US);
      const parts = partsOf(answer);
      assert.ok(parts.length > 0 && answer.samples > 50);
      const before = wrong.length;
      if (unaccounted(answer) >= 0.005) wrong.push(`${answer.accountedUs} of ${answer.elapsedUs} µs`);
      for (const { name, share, sampled, allowed } of parts) if (Math.abs(sampled - share) > allowed) wrong.push(`${name} took ${share} and is told as ${sampled}, ± ${allowed}`);
      if (wrong.length === before) return;
    }
    assert.fail(wrong.join('; '));
  });
}

test('processes that work in step with the interval are right together, because each draws its own', { timeout: 240_000 }, async () => {
  const draws = [0.955, 0.985, 1.015, 1.045];
  const errors = new Map<string, number>();
  for (const draw of draws) {
    const parts = partsOf(await told('in step', SECONDS / 2, 10_000 * draw));
    for (const { name, sampled, share } of parts) errors.set(name, (errors.get(name) ?? 0) + (sampled - share) / draws.length);
  }
  assert.equal(errors.size, 3);
  // One alone may be wrong by more.
  for (const [name, error] of errors) assert.ok(Math.abs(error) < 0.15, `${name} is wrong by ${error}`);
});
