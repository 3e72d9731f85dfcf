// The overview's words for how a host does, from one pull to the next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PullFailure } from '../../collector/failures.ts';
import { afterPull, newHost } from '../../collector/host-state.ts';
import type { HostStatus } from '../../collector/store/host-status.ts';
import type { PullReport } from '../../collector/pull.ts';

const STALE_MS = 60_000;
const nothing: PullReport = { notes: [], bytes: 2, windows: 0, rows: 0, samples: 0, duplicates: 0, refused: 0, malformed: 0, lost: 0, clockJumps: 0, speaks: 'liveprofiler' };
const news: PullReport = { ...nothing, windows: 1, labels: { service: 'shop', version: '1' } };
const failed: PullReport = { notes: [], bytes: 0, windows: 0, rows: 0, samples: 0, duplicates: 0, refused: 0, malformed: 0, lost: 0, clockJumps: 0, failure: new PullFailure('refused', 'Nobody listens.') };

/** The states after pulls at these times, as `time:state since`. */
function run(pulls: readonly (readonly [number, PullReport])[]): { words: string[]; last: HostStatus } {
  let status = newHost('shop', new URL('http://user:pass@shop:80/liveprofiler?x=1'), {}, 0);
  const words = pulls.map(([nowMs, report]) => {
    status = afterPull(status, report, {}, nowMs, STALE_MS);
    return `${nowMs}:${status.state} ${status.sinceMs}`;
  });
  return { words, last: status };
}

test('the address never shows credentials', () => {
  assert.equal(newHost('shop', new URL('http://user:pass@shop:80/liveprofiler?token=1'), {}, 0).address, 'http://shop/liveprofiler');
});

test('up with news, down at once without an answer, since when stays until it changes', () => {
  const { words, last } = run([[10, news], [20, failed], [30, failed], [40, news]]);
  assert.deepEqual(words, ['10:up 10', '20:down 20', '30:down 20', '40:up 40']);
  assert.deepEqual([last.service, last.version, last.error], ['shop', '1', undefined]);
  assert.equal(run([[10, news], [20, failed]]).last.error, 'Nobody listens.');
});

test('stale after a minute without news, up again with the first', () => {
  assert.deepEqual(run([[10, news], [60_009, nothing], [60_010, nothing], [70_000, nothing], [80_000, news]]).words, ['10:up 10', '60009:up 10', '60010:stale 60010', '70000:stale 60010', '80000:up 80000']);
  assert.deepEqual(run([[10, nothing], [60_009, nothing], [60_010, nothing]]).words.at(-1), '60010:stale 60010');
});

test('a host that was down for long and answers again has its minute', () => {
  assert.deepEqual(run([[10, news], [20, failed], [9_000_000, nothing]]).words.at(-1), '9000000:up 9000000');
});

test('a store that refuses and a collector that stops say nothing about the host', () => {
  const full: PullReport = { ...nothing, failure: new PullFailure('not-stored', 'Disk full.') };
  const { words, last } = run([[10, news], [20, full]]);
  assert.deepEqual([words.at(-1), last.error], ['20:up 10', 'Disk full.']);
  assert.equal(run([[10, { ...failed, failure: new PullFailure('stopped', 'x') }]]).last.state, 'new');
});

test('a host that told routes once is known to, whatever its next windows hold', () => {
  assert.deepEqual([run([[10, news]]).last.tellsRoutes, run([[10, { ...news, tellsRoutes: true }], [20, news], [30, failed]]).last.tellsRoutes], [undefined, true]);
});
