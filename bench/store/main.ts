// `npm run bench:store`: what the store costs and how fast it answers, as a Markdown table. `--quick` makes everything
// small; names of measurements (disk, query, ingest, freshness, unaccounted) choose some of them.
import { cpus, release, totalmem, type } from 'node:os';
import type { Bench } from './bench.ts';
import { disk } from './disk.ts';
import type { Measured } from './figures.ts';
import { figureTable } from './figures.ts';
import { freshness } from './freshness.ts';
import { ingest } from './ingest.ts';
import { materialOf, newAtTheEnd } from './material.ts';
import { query } from './query.ts';
import { recordings } from './record.ts';
import { unaccounted } from './unaccounted.ts';

const MEASUREMENTS: Readonly<Record<string, (bench: Bench) => Promise<Measured>>> = { disk, query, ingest, freshness, unaccounted };

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const chosen = words.filter((word) => word !== '--quick');
const unknown = chosen.find((word) => !Object.hasOwn(MEASUREMENTS, word));
if (unknown === undefined) await run(chosen.length > 0 ? chosen : Object.keys(MEASUREMENTS));
else {
  process.stderr.write(`there is no measurement ${unknown}; there are ${Object.keys(MEASUREMENTS).join(', ')}\n`);
  process.exitCode = 1;
}

async function run(names: readonly string[]): Promise<void> {
  const recorded = await recordings(quick);
  const materials = new Map([...recorded].map(([name, answers]) => [name, materialOf(name, answers)]));
  const results: [name: string, measured: Measured][] = [];
  for (const name of names) {
    process.stderr.write(`measuring ${name} …\n`);
    const measured = await MEASUREMENTS[name]?.({ materials, quick });
    if (measured === undefined) continue;
    process.stderr.write(`${figureTable(measured.figures)}\n`);
    results.push([name, measured]);
  }
  const seconds = [...materials.values()].map((one) => one.seconds.length);
  const stacks = [...materials.values()].map((one) => `${one.name} ${one.stacks.parent.length - 1}, ${(100 * newAtTheEnd(one)).toFixed(1)} % of them new in its last tenth`);
  const command = `npm run bench:store${words.length > 0 ? ` -- ${words.join(' ')}` : ''}`;
  process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}, \`${command}\`${quick ? ': small amounts, not to be published' : ''}

${figureTable(results.flatMap(([, { figures }]) => figures))}

Windows of 10 s are put together from ${Math.min(...seconds)} to ${Math.max(...seconds)} recorded windows of a second per program, two runs of neighbouring ones each. Different stacks: ${stacks.join('; ')}. A real day meets more of them than its recording.

${results.map(([name, { details }]) => `### ${name}\n\n${details}`).join('\n\n')}
`);
}
