import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nearest } from '../../../collector/config/nearest.ts';

describe('the nearest of', () => {
  for (const [known, name, meant] of [
    [['hosts'], 'host', 'hosts'],
    [['hosts'], 'HOSTS', 'hosts'],
    [['hosts'], 'hoxxs', 'hosts'],
    [['hosts'], 'hxxxs', undefined],
    [['hosts'], 'hostsxx', 'hosts'],
    [['hosts'], 'hostsxxx', undefined],
    // Two swaps of neighbours.
    [['hosts'], 'ohtss', 'hosts'],
    [['allowed_hosts'], 'allowed', 'allowed_hosts'],
    [['allowed_hosts'], 'allowe', undefined],
    [['ca'], 'xy', undefined],
    [['ca'], 'c', 'ca'],
    [['cert', 'cart'], 'crt', 'cert'],
    [['timeout', 'interval'], 'intervall', 'interval'],
    [['hosts'], 'hosts'.repeat(100_000), undefined],
    [[], 'hosts', undefined],
  ] as const) {
    test(`${known.join(' and ') || 'none'} to ${name.slice(0, 20)} is ${meant ?? 'none'}`, () => {
      assert.equal(nearest(name, known), meant);
    });
  }
});
