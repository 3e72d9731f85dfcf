#!/usr/bin/env node
// The `liveprofiler` command: the one room that reads argv, the environment and signals.
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { check } from './check.ts';
import { HELP } from './help.ts';
import { serve } from './serve.ts';

/** A wrong call or a wrong configuration; 1 is for what went wrong later. */
const EXIT_BAD_CALL = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'V' } },
    });
  } catch (error) {
    return badCall(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [command, ...rest] = positionals;
  if (values.help === true) return say(HELP);
  if (values.version === true) return say(`${version()}\n`);
  if (command === undefined) return badCall('Say what to do.');
  if (rest.length > 0) return badCall(`${command} takes no ${JSON.stringify(rest[0])}.`);
  if (command !== 'serve' && command !== 'check') return badCall(`There is no command ${JSON.stringify(command)}.`);
  if (values.config === undefined) return badCall(`${command} needs --config FILE.`);
  return command === 'serve' ? serve(values.config) : check(values.config);
}

function badCall(sentence: string): number {
  process.stderr.write(`liveprofiler: ${sentence}\n\n${HELP}`);
  return EXIT_BAD_CALL;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
