// The sampler's own cost, from the windows of named numbers to /api/hosts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWire } from 'liveprofiler-sampler/wire';
import { NO_MEMORY, placeWire } from '../../collector/windows.ts';
import type { HostAnswer } from '../../visualizer/api.ts';
import { createScriptedHost } from '../collector/wire-host.ts';
import { get, serve } from './server.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
/** About when the windows end. */
const ASKED = { askedMs: NOW_MS - 60_000, nowMs: NOW_MS - 58_000 };

function answerWith(facts: readonly string[]): string {
  const script = createScriptedHost({ boot: 'own', wallMs: NOW_MS - 60_000 });
  script.finish(facts.length);
  let at = 0;
  return JSON.stringify(script.tell('')).replaceAll('"thread":0,"kind"', () => `"sections":{"facts":${facts[at++]}},"thread":0,"kind"`);
}

test('the cost that windows tell is merged and told per host', async (t) => {
  const one = '{"samplerPauseUs":{"min":100,"max":900,"sum":1000,"count":2,"last":100},"samplerHeldBytes":{"min":7,"max":7,"sum":7,"count":1,"last":7}}';
  const two = '{"samplerPauseUs":{"min":50,"max":400,"sum":500,"count":3,"last":50},"samplerHeldBytes":{"min":9,"max":9,"sum":9,"count":1,"last":9}}';
  const { windows } = placeWire({ name: 'web', labels: {} }, readWire(JSON.parse(answerWith([one, two]))), NO_MEMORY, ASKED);
  assert.deepEqual(windows.map(({ kind }) => kind), ['cpu', 'facts', 'cpu', 'facts']);
  const { port } = await serve(t, { windows, wallMs: () => NOW_MS + 1000 });
  const [host] = (await get(port, '/api/hosts')).json() as HostAnswer[];
  assert.deepEqual(host?.cost, { longestPauseUs: 900, pausesUs: 1500, heldBytes: 9 });
});

test('numbers that are none are no window, and cost the profile nothing', () => {
  for (const facts of ['null', '7', '{"x":1}', '{"x":{"min":1,"max":2,"sum":3,"count":1}}', '{"x":{"min":"1","max":2,"sum":3,"count":1,"last":1}}']) {
    const { windows } = placeWire({ name: 'web', labels: {} }, readWire(JSON.parse(answerWith([facts]))), NO_MEMORY, ASKED);
    assert.deepEqual(windows.map(({ kind }) => kind), ['cpu'], facts);
  }
});
