// Reads config.ini and the files that it names.
import { dirname, resolve } from 'node:path';
import type { Environment } from './environment.ts';
import { ConfigError } from './fault.ts';
import { readText, whyUnreadable } from './files.ts';
import { parseConfig } from './parse.ts';
import type { Config } from './types.ts';

/** `env` fills in `${NAME}`. @throws ConfigError, whatever is wrong with the file or in it. */
export function loadConfig(path: string, { env }: { readonly env: Environment }): Config {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw new ConfigError(path, [{ why: whyUnreadable(error) }], error);
  }
  return parseConfig(text, { env, baseDir: dirname(resolve(path)), readFile: readText, source: path });
}
