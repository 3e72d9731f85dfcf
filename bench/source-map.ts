// What a source map of 50 MB costs the service whose functions it names: its memory and its longest pause, beside the same
// service whose bundle names no map. `npm run bench:source-map`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROUNDS = 5;
const MODULES = 325;
const FUNCTIONS = 500;
const REGISTER = new URL('../../sampler/dist/register.js', import.meta.url).href;
const CHILD = fileURLToPath(new URL('source-map-child.js', import.meta.url));

/** As `source-map-child.ts` tells it. */
interface Told {
  readonly rssMb: number;
  readonly peakMb: number;
  readonly longestMs: number;
  readonly named: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-map-'));
try {
  const [mapped, plain] = bundles();
  const mapMb = statSync(`${mapped}.map`).size / 1e6;
  const told: { readonly mapped: Told[]; readonly plain: Told[] } = { mapped: [], plain: [] };
  for (let round = 0; round < ROUNDS; round++) {
    told.plain.push(await run(plain));
    told.mapped.push(await run(mapped));
  }
  if (!told.mapped.every(({ named }) => named) || told.plain.some(({ named }) => named)) throw new Error('the functions were not named by the map');
  const cell = (side: readonly Told[], pick: (one: Told) => number, unit: string): string => {
    const sorted = side.map(pick).sort((a, b) => a - b);
    return `${at(sorted, 0.5)} ${unit} (${at(sorted, 0)} to ${at(sorted, 1)})`;
  };
  const row = (what: string, pick: (one: Told) => number, unit: string): string => `| ${what} | ${cell(told.plain, pick, unit)} | ${cell(told.mapped, pick, unit)} |\n`;
  process.stdout.write(`${cpus()[0]?.model.trim() ?? ''}, ${cpus().length} cores, Node ${process.version}, a map of ${mapMb.toFixed(0)} MB, ${ROUNDS} rounds: median (least to most)\n\n`);
  process.stdout.write(`| the service, sampled | its bundle names no map | with the map |\n|---|---|---|\n`);
  process.stdout.write(row('resident memory once its functions are named', ({ rssMb }) => rssMb, 'MB') + row('most resident memory at any time', ({ peakMb }) => peakMb, 'MB') + row('longest delay of the event loop', ({ longestMs }) => longestMs, 'ms'));
} finally {
  rmSync(folder, { recursive: true });
}

/** One bundle twice: with a map beside it, and without a word of one. */
function bundles(): [mapped: string, plain: string] {
  const body = (module: number, one: number): string => `export function work${module}_${one}(count: number): number {\n  let sum: number = ${one};\n  for (let turn = 0; turn < count; turn++) sum += Math.sqrt(turn * ${module + 1}) + (sum % ${one + 2});\n  return sum;\n}\n`;
  for (let module = 0; module < MODULES; module++) writeFileSync(join(folder, `module${module}.ts`), Array.from({ length: FUNCTIONS }, (_, one) => body(module, one)).join('\n'));
  const imports = Array.from({ length: MODULES }, (_, module) => `import * as module${module} from './module${module}.ts';\n`).join('');
  const used = Array.from({ length: MODULES }, (_, module) => `module${module}`).join(', ');
  writeFileSync(join(folder, 'main.ts'), `${imports}const all: Record<string, (count: number) => number>[] = [${used}];\nexport function workOnAll(turn: number): void {\n  for (let one = 0; one < 8; one++) all[(turn + one * 31) % all.length]?.[\`work\${(turn + one * 31) % all.length}_\${(turn * 7 + one) % ${FUNCTIONS}}\`]?.(4000);\n}\n`);
  const [mapped, plain] = [join(folder, 'mapped.mjs'), join(folder, 'plain.mjs')];
  buildSync({ absWorkingDir: folder, entryPoints: ['main.ts'], outfile: mapped, bundle: true, platform: 'node', format: 'esm', sourcemap: 'linked' });
  writeFileSync(plain, readFileSync(mapped, 'utf8').replace(/\/\/# sourceMappingURL=.*\s*$/, ''));
  return [mapped, plain];
}

async function run(bundle: string): Promise<Told> {
  const child = fork(CHILD, [bundle], { execArgv: ['--import', REGISTER], env: { ...process.env, LIVEPROFILER_SECRET: 'bench', LIVEPROFILER_PORT: '0' }, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const closed = once(child, 'close');
  let line = '';
  for await (const chunk of child.stderr ?? []) {
    line += String(chunk);
    if (/:(\d+)\s*$/.test(line)) break;
  }
  child.stderr?.resume();
  child.send({ port: Number(/:(\d+)\s*$/.exec(line)?.[1]), secret: 'bench' });
  const [told] = (await once(child, 'message')) as [Told];
  child.kill();
  await closed;
  return told;
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
}
