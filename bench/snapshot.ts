// `npm run bench:snapshot`: what it takes to analyse a heap snapshot of some 200 MB, as V8 writes it, in the process that does it for the
// page and the command: seconds until its classes and what keeps the most are known, and memory. Linux, for the memory.
//   --heap 120 (MB, of the service whose heap it is)  --rounds 3
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSnapshot } from '../visualizer/snapshot/open.ts';
import { figureTable, quantile, short } from './store/figures.ts';

const MOST_SECONDS = 60;
const MOST_BYTES = 2e9;
const HOLDERS = 10;

const { values: flags } = parseArgs({ options: { heap: { type: 'string', default: '120' }, rounds: { type: 'string', default: '3' } } });
const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-snapshot-'));
try {
  const path = join(folder, 'shop.heapsnapshot');
  process.stderr.write('writing the snapshot …\n');
  execFileSync(process.execPath, [fileURLToPath(new URL('snapshot-child.js', import.meta.url)), path, String(Number(flags.heap) * 1e6)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const rounds = [];
  for (let round = 0; round < Number(flags.rounds); round++) rounds.push(await analysed(path));
  const [first] = rounds;
  if (first === undefined) throw new Error('--rounds takes a number from 1 on.');
  const { fileBytes, objects, references, classes } = first;
  const seconds = rounds.map((one) => one.seconds);
  const rssBytes = Math.max(...rounds.map((one) => one.rssBytes));
  process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, \`npm run bench:snapshot\`: the heap of a service, a file of ${Math.round(fileBytes / 1e6)} MB with ${objects.toLocaleString('en')} objects, ${references.toLocaleString('en')} references and ${classes.toLocaleString('en')} classes, ${rounds.length} rounds\n\n`);
  process.stdout.write(`${figureTable([
    { what: 'a heap snapshot, from the file to its classes and what keeps the most', target: `< ${MOST_SECONDS} s`, measured: `${short(quantile(seconds, 0.5))} s, at most ${short(Math.max(...seconds))} s`, met: Math.max(...seconds) < MOST_SECONDS },
    { what: 'the same, memory', target: `≤ ${MOST_BYTES / 1e9} GB`, measured: `${Math.round(rssBytes / 1e6)} MB RSS at most`, met: rssBytes <= MOST_BYTES },
  ])}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

async function analysed(path: string) {
  const startMs = performance.now();
  const snapshot = await openSnapshot(path);
  await snapshot.classes();
  await snapshot.holders(HOLDERS);
  const seconds = (performance.now() - startMs) / 1000;
  const rssBytes = mostOfChild();
  snapshot.close();
  return { ...snapshot.summary, seconds, rssBytes };
}

/** Resident memory of the one child there is, at its height. */
function mostOfChild(): number {
  const pid = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').at(-1) ?? '';
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
