// A service in TypeScript as people ship it: written to a folder of its own, compiled there, started with the sampler
// loaded by a flag, and read once it has worked.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Frame, WireProcess } from 'liveprofiler-sampler/wire';
import { askWire, SECRET } from '../ask.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Its functions keep the thread busy, each for a while. */
export const SOURCE = `import { spin } from './spin.ts';

export class Invoice {
  total(): number {
    return spin(120);
  }

  get label(): number { return spin(120); }
}

export function renderReport(count: number): number {
  return [count].map((one) => spin(120) + one)[0] ?? 0;
}

setInterval(() => {
  const invoice = new Invoice();
  invoice.total();
  if (invoice.label > 0) renderReport(3);
}, 1);
process.stdin.once('end', () => process.exit()).resume();
`;
export const SPIN = `export function spin(ms: number): number {
  const until: number = performance.now() + ms;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}
`;

export function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), 'liveprofiler-names-'));
  t.after(() => { rmSync(made, { recursive: true }); });
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

export interface Seen {
  readonly frames: readonly Frame[];
  readonly process: WireProcess;
  readonly errors: string;
}

/** Runs `file` in `cwd` until frames of all `names` (their last word) are among those told. */
export async function run(t: TestContext, cwd: string, file: string, until: (frames: readonly Frame[], process: WireProcess) => boolean): Promise<Seen> {
  const register = pathToFileURL(join(ROOT, 'sampler/dist/register.js')).href;
  const child = spawn(process.execPath, ['--import', register, file], { cwd, env: { LIVEPROFILER_SECRET: SECRET, LIVEPROFILER_PORT: '0', LIVEPROFILER_INTERVAL_US: '2000' } });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'exit');
  t.after(async () => {
    child.stdin.end();
    await ended;
  });
  const lines = createInterface(child.stderr);
  const [line] = (await once(lines, 'line')) as [string];
  const port = Number(/:(\d+)$/.exec(line)?.[1]);
  for (const giveUpMs = Date.now() + 20_000; ; ) {
    const [told] = (await askWire(port)).processes;
    if (told === undefined) throw new Error('the service answered for no process');
    if (until(told.frames, told) || Date.now() > giveUpMs) return { frames: told.frames, process: told, errors };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
