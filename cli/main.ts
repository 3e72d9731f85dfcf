#!/usr/bin/env node
// The `liveprofiler` command: the one room that reads argv, the environment and signals.
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { withDates } from './args.ts';
import { check } from './check.ts';
import { heap } from './heap.ts';
import { HELP } from './help.ts';
import { read, READING_COMMANDS } from './reading.ts';
import { serve } from './serve.ts';
import { upkeep, UPKEEP_COMMANDS } from './upkeep.ts';

/** A wrong call or a wrong configuration; 1 is for what went wrong later. */
const EXIT_BAD_CALL = 2;
const COMMANDS = ['serve', 'check', ...UPKEEP_COMMANDS] as const;
const WITH_OPERAND: ReadonlySet<string> = new Set(['backup', 'unpin']);

// Whoever read along may be gone, such as a closed terminal: no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const reading = READING_COMMANDS.find((name) => name === args[0]);
  const asksHelp = args.some((arg) => arg === '--help' || arg === '-h');
  if (reading !== undefined && !asksHelp) return read(reading, args.slice(1));
  if (args[0] === 'heap' && !asksHelp) return heap(args.slice(1));
  let parsed;
  try {
    parsed = parseArgs({
      args: withDates(args),
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        from: { type: 'string' },
        until: { type: 'string' },
        note: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
  } catch (error) {
    return badCall(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [command, operand, ...more] = positionals;
  if (values.help === true) return say(HELP);
  if (values.version === true) return say(`${version()}\n`);
  if (command === undefined) return badCall('Say what to do.');
  const { config, from, until, note } = values;
  const known = COMMANDS.find((name) => name === command);
  if (known === undefined) return badCall(`There is no command ${JSON.stringify(command)}.`);
  const extra = WITH_OPERAND.has(known) ? more[0] : operand;
  if (extra !== undefined) return badCall(`${known} takes no ${JSON.stringify(extra)}.`);
  if (known !== 'pin' && (from ?? until ?? note) !== undefined) return badCall(`${known} takes no --from, --until or --note.`);
  if (config === undefined) return badCall(`${known} needs --config FILE.`);
  if (known === 'serve') return serve(config);
  if (known === 'check') return check(config);
  return upkeep({ command: known, config, operand, from, until, note });
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
