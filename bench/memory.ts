// What each look at memory costs: pause and growth of a process with 100 MB and with 1 GB of heap, on every Node version at
// hand (LIVEPROFILER_TEST_NODES, separated by colons). Prints the table of the README.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const HEAPS = [100e6, 1e9];
const child = fileURLToPath(new URL('memory-child.js', import.meta.url));
const nodes = [process.execPath, ...(process.env['LIVEPROFILER_TEST_NODES'] ?? '').split(':').filter((path) => path !== '')];

process.stdout.write(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores: pause, and growth of RSS meanwhile\n\n`);
process.stdout.write('| Node, heap | heap-live, one read | one class counted | facts, one window | heap snapshot |\n| --- | --- | --- | --- | --- |\n');
for (const node of nodes) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  for (const bytes of HEAPS) {
    const figures = JSON.parse(execFileSync(node, ['--no-warnings', '--max-old-space-size=6000', child, String(bytes)], { encoding: 'utf8' })) as Readonly<Record<string, number>>;
    const cell = (name: string): string => `${shown(figures[`${name}Ms`])} ms, ${Math.max(0, Math.round((figures[`${name}RssBytes`] ?? 0) / 1e6))} MB`;
    process.stdout.write(`| ${version}, ${Math.round((figures['heapBytes'] ?? 0) / 1e6)} MB | ${cell('read')} | ${cell('count')} | ${cell('facts')} | ${cell('snapshot')} (file ${Math.round((figures['snapshotBytes'] ?? 0) / 1e6)} MB) |\n`);
  }
}

function shown(ms: number | undefined): string {
  return ms === undefined ? '?' : ms < 10 ? ms.toFixed(2) : String(Math.round(ms));
}
