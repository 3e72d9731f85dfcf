// Asks a sampler as a collector does.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { readWire } from 'liveprofiler-sampler/wire';
import type { SamplerCost, WireAnswer, WireWindow } from 'liveprofiler-sampler/wire';

export const SECRET = 'a secret';

export async function askWire(port: number, after = ''): Promise<WireAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}/liveprofiler?after=${after}`, { headers: { PROFILER_TOKEN: SECRET } });
  return readWire(await response.json());
}

/** Everything, over as many answers as it takes. */
export async function allWindows(port: number): Promise<WireWindow[]> {
  const windows: WireWindow[] = [];
  let after = '';
  for (let more = true; more; ) {
    const answer = await askWire(port, after);
    windows.push(...(answer.processes[0]?.windows ?? []));
    ({ more, cursor: after } = answer);
  }
  return windows;
}

export async function costOf(port: number): Promise<SamplerCost> {
  const [process] = (await askWire(port)).processes;
  assert.ok(process !== undefined);
  return process.cost;
}

/** Asks until the sampler's cost is as wished; fails after half a minute. */
export async function costWhen(port: number, wished: (cost: SamplerCost) => boolean): Promise<SamplerCost> {
  const untilMs = performance.now() + 30_000;
  for (;;) {
    const cost = await costOf(port);
    if (wished(cost)) return cost;
    assert.ok(performance.now() < untilMs, `still ${JSON.stringify(cost)}`);
    await pause(20);
  }
}

export function weightOf({ rows }: WireWindow): number {
  return rows.weight.reduce((sum, weight) => sum + weight, 0);
}

/** Every microsecond from the first window's start to the last one's end is in exactly one of rows, idle and dropped. */
export function assertConserved(windows: readonly WireWindow[]): void {
  assert.ok(windows.length > 0);
  for (const [index, window] of windows.entries()) {
    assert.equal(weightOf(window) + window.idle.weight + window.dropped.weight, window.endUs - window.startUs);
    if (index > 0) assert.equal(window.startUs, windows[index - 1]?.endUs);
  }
}
