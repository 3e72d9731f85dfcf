// What createSampler takes and refuses: every wrong option is named, all of them in one error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampler } from 'liveprofiler-sampler';
import type { SamplerOptions } from 'liveprofiler-sampler';

/** Values that no option of that name takes. */
const WRONG: Readonly<Record<keyof SamplerOptions, readonly unknown[]>> = {
  secret: [undefined, null, '', ' ', ' padded', 'padded ', 'line\nbreak', 'schlüssel', 7, {}, [], [''], ['good', ' '], ['good', undefined], [['nested', '']]],
  adminSecret: [null, '', ' ', 'padded ', 'line\nbreak', 7, {}, [], [''], ['good', ''], 'a secret', ['another', 'a secret']],
  maxSnapshotHeapBytes: [null, 0, 1024 ** 2 - 1, 1024 ** 4 + 1, '1GiB', Number.NaN],
  service: [null, '', 7, {}, 'x'.repeat(1025), Object.create(null) as unknown],
  version: [null, '', 1.4, [], 'x'.repeat(1025)],
  labels: [null, 'a=b', 7, ['a'], { a: 1 }, { a: null }, { a: undefined }, { a: Object.create(null) as unknown }, { a: 'x'.repeat(1025) }, { service: 'x' }, { version: 'x' }, { hostname: 'x' }, { pid: '1' }],
  intervalUs: [null, 0, -1, 999, 1_000_001, 1000.5, Number.NaN, Number.POSITIVE_INFINITY, '10000', {}, 10_000n],
  windowMs: [null, 0, 999, 300_001, 1000.5, Number.NaN, '10000', []],
  path: [null, '', 'liveprofiler', '/a b', '/a?b', '/a#b', '/ü', '/\n', 7, {}],
  maxBytes: [null, 0, 256 * 1024 - 1, 1024 ** 3 + 1, 2 ** 20 + 0.5, Number.NaN, '8MiB', Symbol('bytes')],
  enabled: [null, 0, 1, 'true', 'false', {}],
  spool: [null, 0, 1, 'true', {}],
  labelRoutes: [1, 'yes', null, {}],
  memory: [null, true, 7, 'on', [], { every: 1 }, { everyMs: 999 }, { everyMs: 3_600_001 }, { everyMs: '1m' }, { maxPauseMs: 0 }, { maxPauseMs: 60_001 }, { of: 'all' }, { of: null }],
  clock: [null, 7, {}, { wallMs: () => 0 }, { wallMs: () => 0, monotonicUs: () => 0, after: 1 }],
};
const OPTIONS = Object.keys(WRONG) as (keyof SamplerOptions)[];

function faultsOf(options: object): string {
  let message = '';
  assert.throws(
    () => createSampler(options as SamplerOptions),
    (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.equal((error as TypeError & { code?: string }).code, 'SAMPLER_OPTIONS');
      ({ message } = error);
      return true;
    },
  );
  return message;
}

for (const option of OPTIONS) {
  test(`${option}: every wrong value is refused, with its name and what it takes`, () => {
    for (const value of WRONG[option]) {
      const message = faultsOf({ secret: 'a secret', [option]: value });
      assert.match(message, new RegExp(`^createSampler: ${option}[ .].*(?:takes|is set by) .+\\.$`));
      assert.ok(!message.includes(';'), message);
    }
  });
}

test('all that is wrong is named in one error, options that there are not too', () => {
  const worst = Object.fromEntries(OPTIONS.map((option) => [option, WRONG[option][0]]));
  const message = faultsOf({ ...worst, nonsense: 1, __proto__: { inherited: 1 } });
  for (const option of OPTIONS) assert.match(message, new RegExp(`(?:: |; )${option}[ .]`), option);
  assert.match(message, /nonsense is no option, there are secret, adminSecret, /);
  assert.ok(!message.includes('inherited'));
  assert.equal(message.split('; ').length, OPTIONS.length + 1);
  assert.match(faultsOf({ secret: 's', labels: { region: 1, tier: 2 } }), /labels\.region is .+; labels\.tier is /);
});

test('no options at all are refused for want of a secret', () => {
  for (const options of [undefined, null]) assert.match(faultsOf(options as unknown as object), /^createSampler: secret takes /);
});

test('a secret never stands in an error', () => {
  for (const secret of ['geheimnis ', ['geheimnis', '']]) assert.ok(!faultsOf({ secret, intervalUs: 1 }).includes('geheimnis'));
  assert.ok(!faultsOf({ secret: 'geheimnis', adminSecret: 'geheimnis' }).includes('geheimnis'));
});

test('the limits themselves are taken', () => {
  for (const options of [
    { intervalUs: 1000, windowMs: 1000, maxBytes: 256 * 1024, path: '/', labels: { ['__proto__']: 'kept' } },
    { intervalUs: 1_000_000, windowMs: 300_000, maxBytes: 1024 ** 3 },
    { secret: ['one', 'two words', '~!"'], service: 'x'.repeat(1024), version: '1', labels: { a: '', b: 'x'.repeat(1024) }, path: '/a/%20b' },
    { service: undefined, labels: undefined, intervalUs: undefined, clock: undefined } as object,
  ]) createSampler({ secret: 's', enabled: false, ...options });
});
