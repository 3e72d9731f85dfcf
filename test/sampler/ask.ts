// Asks a sampler as a collector does.
import { readWire } from 'liveprofiler-sampler/wire';
import type { WireAnswer, WireWindow } from 'liveprofiler-sampler/wire';

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

export function weightOf({ rows }: WireWindow): number {
  return rows.weight.reduce((sum, weight) => sum + weight, 0);
}
