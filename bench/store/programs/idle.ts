// A mostly idle program: every second it reads its package file, sorts a little and waits again.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sampled } from './sampled.ts';

const MANIFEST = fileURLToPath(new URL('../../../../package.json', import.meta.url));

await sampled('idle');
setInterval(() => void look(), 1000);

async function look(): Promise<void> {
  const manifest = JSON.parse(await readFile(MANIFEST, 'utf8')) as Record<string, unknown>;
  const text = JSON.stringify(Object.entries(manifest).sort(([a], [b]) => a.localeCompare(b)));
  for (let i = 0; i < 200; i++) JSON.parse(text);
}
