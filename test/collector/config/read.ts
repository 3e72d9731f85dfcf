// Short ways to a Config, or to what is said about a text that is none.
import assert from 'node:assert/strict';
import { ConfigError, parseConfig } from '../../../collector/config/index.ts';
import type { Config, ParseOptions } from '../../../collector/config/index.ts';

/** Where the files of the tests seem to be; nothing is opened. */
export const BASE_DIR = '/etc/liveprofiler';

export function config(text: string, { files = {}, ...options }: Partial<ParseOptions> & { files?: Readonly<Record<string, string>> } = {}): Config {
  return parseConfig(text, { env: {}, baseDir: BASE_DIR, readFile: readerOf(files), ...options });
}

export function failure(text: string, options: Parameters<typeof config>[1] = {}): ConfigError {
  try {
    config(text, options);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  assert.fail(`no fault was found in:\n${text}`);
}

/** The lines of the message below its headline. */
export function faults(text: string, options: Parameters<typeof config>[1] = {}): string[] {
  return failure(text, options).message.split('\n').slice(1).map((line) => line.slice(2));
}

function readerOf(files: Readonly<Record<string, string>>): ParseOptions['readFile'] {
  return (path) => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    return content;
  };
}
