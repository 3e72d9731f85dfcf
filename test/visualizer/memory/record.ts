// Records how real programs of Node use memory: `node dist/test/visualizer/memory/record.js FOLDER` writes one small file
// for each of programs.ts. The tests read those kept in test/fixtures/memory.
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS } from './programs.ts';
import type { Recording } from './recording.ts';

const SECONDS = 75;
const folder = process.argv[2] ?? '.';

for (const name of Object.keys(PROGRAMS)) {
  const child = fork(fileURLToPath(new URL('record-child.js', import.meta.url)), [name, String(SECONDS)], { execArgv: ['--max-old-space-size=256'] });
  const recording = await new Promise<Recording>((resolve, reject) => {
    child.once('message', (message) => { resolve(message as Recording); });
    child.once('error', reject);
    child.once('exit', (code) => { if (code !== 0) reject(new Error(`${name} ended with ${code}`)); });
  });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(recording)}\n`);
  process.stderr.write(`${name}: ${recording.steps.length} steps, Node ${recording.node}\n`);
}
