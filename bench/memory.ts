// `npm run bench:memory`: what each look at memory costs: pause and growth of a process with 100 MB and with 1 GB of heap, on
// every Node version. A row of 1 GB takes minutes and 13 GB. Prints the table of the README, row by row.
//   --node 20,24  --heap 100,1000
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary } from './overhead/install.ts';

const MB = 1e6;
const child = fileURLToPath(new URL('memory-child.js', import.meta.url));
const { values: flags } = parseArgs({ options: { node: { type: 'string', default: '20,22,24,26' }, heap: { type: 'string', default: '100,1000' } } });
const majors = numbersIn(flags.node);
const heaps = numbersIn(flags.heap);

process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores: pause, and growth of RSS meanwhile, \`npm run bench:memory\`\n\n`);
process.stdout.write('| Node, heap | heap-live, one read | one class counted | facts, one window | heap snapshot | report | what keeps it alive | snapshot(), a mark | a construction, not in the sample | in the sample |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n');
for (const node of majors.map(nodeBinary)) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  for (const heap of heaps) {
    const figures = JSON.parse(execFileSync(node, ['--no-warnings', '--max-old-space-size=6000', child, String(heap * MB)], { encoding: 'utf8' })) as Readonly<Record<string, number>>;
    const cell = (name: string): string => `${shown(figures[`${name}Ms`])} ms, ${Math.max(0, Math.round((figures[`${name}RssBytes`] ?? 0) / MB))} MB`;
    process.stdout.write(`| ${version}, ${Math.round((figures['heapBytes'] ?? 0) / MB)} MB | ${cell('read')} | ${cell('count')} | ${cell('facts')} | ${cell('snapshot')} (file ${Math.round((figures['snapshotBytes'] ?? 0) / MB)} MB) | ${cell('report')} | ${cell('resources')} | ${((figures['markMs'] ?? 0) * 1000).toFixed(1)} µs | ${Math.round(figures['passedNs'] ?? 0)} ns more | ${((figures['watchedNs'] ?? 0) / 1000).toFixed(1)} µs more, ${Math.round(figures['watchedBytes'] ?? 0)} B |\n`);
  }
}

function numbersIn(flag: string): number[] {
  return flag.split(',').map((text) => {
    const number = Number(text);
    if (number > 0 && Number.isInteger(number)) return number;
    throw new Error(`${JSON.stringify(text)} is no number, such as in --node 20,24 --heap 100,1000 (MB).`);
  });
}

function shown(ms: number | undefined): string {
  return ms === undefined ? '?' : ms < 10 ? ms.toFixed(2) : String(Math.round(ms));
}
