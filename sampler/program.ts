// Which version of which program this process runs: what its package.json says.
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Under PM2 the first argument is PM2's own; in its cluster mode the environment tells of the program in JSON alone. */
export function programOf(env: Readonly<Record<string, string | undefined>>, first: string | undefined): string | undefined {
  try {
    const { pm_exec_path: program = env['pm_exec_path'] } = JSON.parse(env['pm2_env'] ?? '{}') as { readonly pm_exec_path?: string };
    return typeof program === 'string' ? program : first;
  } catch {
    return env['pm_exec_path'] ?? first;
  }
}

/** `version` of the nearest package.json that has one, from the program upwards; undefined where there is none. */
export function versionOf(program: string): string | undefined {
  let folder: string;
  try {
    folder = realpathSync(program);
  } catch {
    return undefined;
  }
  for (;;) {
    const version = versionIn(join(folder, 'package.json'));
    const parent = dirname(folder);
    if (version !== undefined || parent === folder) return version;
    folder = parent;
  }
}

function versionIn(file: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: unknown };
    return typeof version === 'string' && version !== '' ? version : undefined;
  } catch {
    // Not there, or not ours to judge: the next folder may tell.
    return undefined;
  }
}
