// Brings what is compared: Node binaries and the profilers of others, from npm, into a folder of their own beside the
// packages of this repository. What is there is not asked for again.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodes } from '../../test/nodes.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/liveprofiler-bench');

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** The package.json from which the peer can be required. */
  readonly from: string;
  /** All that its installation put on the disk. */
  readonly bytes: number;
}

/** @throws when npm cannot bring it. */
export function nodeBinary(major: number): string {
  const known = nodes().find((node) => node.major === major);
  if (known !== undefined) return known.path;
  const folder = install(`node-${major}`, `node@${major}`);
  return join(folder, 'node_modules/node/bin/node');
}

/** @throws when npm cannot bring it. */
export function peer(name: string, version: string): Peer {
  const folder = install(name.replace(/\W+/g, '-'), `${name}@${version}`);
  const from = join(folder, 'package.json');
  createRequire(from).resolve(name);
  return { name, version, from, bytes: bytesUnder(join(folder, 'node_modules')) };
}

/** What `npm install liveprofiler-sampler` puts on the disk: it has no dependencies. */
export function samplerBytes(): number {
  const told = npm(['pack', '--dry-run', '--json'], join(ROOT, 'sampler'));
  const packed = JSON.parse(told.slice(told.search(/[[{]/))) as Readonly<Record<string, { readonly unpackedSize?: number }>>;
  return Object.values(packed)[0]?.unpackedSize ?? Number.NaN;
}

function install(name: string, spec: string): string {
  const folder = join(CACHE, name);
  const marker = join(folder, 'installed');
  if (existsSync(marker)) return folder;
  process.stderr.write(`installing ${spec} …\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(['install', spec, '--no-audit', '--no-fund', '--loglevel=error'], folder);
  writeFileSync(marker, spec);
  return folder;
}

function npm(parameters: readonly string[], folder: string): string {
  const cli = process.env['npm_execpath'];
  const [command, first] = cli?.endsWith('.js') === true ? [process.execPath, [cli]] : ['npm', []];
  return execFileSync(command, [...first, ...parameters], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 });
}

function bytesUnder(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
