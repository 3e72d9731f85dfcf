// The commands that read: top, diff, export. The answer is on stdout, everything else on stderr.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { StoreError } from '../collector/store/index.ts';
import type { SharesAnswer, TopAnswer } from '../visualizer/api.ts';
import type { DiffAnswer } from '../visualizer/view/change.ts';
import { damageWords } from '../visualizer/view/damage.ts';
import { amount, wordsOf } from '../visualizer/view/kinds.ts';
import { percent } from '../visualizer/view/units.ts';
import { withDates } from './args.ts';
import type { ServerAddress } from './ask-server.ts';
import { AskError, askJson, askServer } from './ask-server.ts';
import { diffReport } from './diff-report.ts';
import { withServer } from './source.ts';
import { fit, placed, table } from './table.ts';

export const READING_COMMANDS = ['top', 'diff', 'export'] as const;

type Command = (typeof READING_COMMANDS)[number];

const OPTIONS = {
  url: { type: 'string' },
  db: { type: 'string' },
  config: { type: 'string', short: 'c' },
  host: { type: 'string', multiple: true },
  service: { type: 'string', multiple: true },
  kind: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  by: { type: 'string' },
  'fail-above': { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
} as const;

/** Options that one command alone takes. */
const OWN: Readonly<Record<Command, readonly string[]>> = { top: ['limit', 'by'], diff: ['limit', 'by', 'fail-above'], export: ['format', 'output'] };
const ROWS = 20;
/** As everywhere when nothing is said. */
const LATELY = '-15minutes';
const TIMES = /^(?:[ab]\.)?(?:from|until)$/;
const NOTHING = 'Nothing was sampled there: choose a longer range, or take a part of the choice away.';

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; args: string[]; allowPositionals: true }>>['values'];

/** A call that says nothing one can do; the sentence says why. */
class BadCall extends Error {}

/** Resolves to the exit code: 1 something failed, 2 a wrong call, 3 a change that --fail-above forbids. */
export async function read(command: Command, args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parsed(command, args);
    const work = workOf(command, values, positionals);
    return (await withServer(values, work)) ?? 2;
  } catch (error) {
    if (error instanceof BadCall) return failed(`${error.message} liveprofiler --help says how.`, 2);
    if (error instanceof AskError) return failed(error.message, error.badCall ? 2 : 1);
    if (error instanceof StoreError) return failed(error.message, 1);
    throw error;
  }
}

function parsed(command: Command, args: readonly string[]): { values: Values; positionals: string[] } {
  let found;
  try {
    found = parseArgs({ args: withDates(args), allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new BadCall(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = found;
  for (const [other, options] of Object.entries(OWN)) {
    const stray = options.find((name) => !OWN[command].includes(name) && Object.hasOwn(values, name));
    if (stray !== undefined) throw new BadCall(`${command} takes no --${stray}; ${other} does.`);
  }
  if ([values.url, values.db, values.config].filter((source) => source !== undefined).length !== 1) throw new BadCall(`${command} needs one of --url ADDRESS, --config FILE or --db FOLDER.`);
  if (values.url !== undefined && !/^https?:$/.test(protocolOf(values.url))) throw new BadCall(`--url ${values.url} is no address such as http://localhost:9999.`);
  return { values, positionals };
}

function workOf(command: Command, values: Values, positionals: readonly string[]): (server: ServerAddress) => Promise<number> {
  const query = sharedQuery(values);
  const limit = limitOf(values.limit);
  if (command === 'diff') {
    const [a, b, ...more] = positionals;
    if (a === undefined || b === undefined || more.length > 0) throw new BadCall('diff needs two selections, as the address of a page has them: diff "from=-2h&until=-1h" "from=-1h".');
    const failAbove = shareOf(values['fail-above']);
    if (values.by !== undefined) query.set('by', values.by);
    for (const [side, text] of [['a', a], ['b', b]] as const) for (const [key, value] of selectionIn(text)) query.append(`${side}.${key}`, value);
    // Two choices are compared over the same time when none is said, not over one after the other.
    if (![...query.keys()].some((key) => TIMES.test(key))) query.set('from', LATELY);
    return async (server) => diffReport(await askJson<DiffAnswer>(server, `api/diff?${query.toString()}`), { rows: limit, failAbove, out: process.stdout, err: process.stderr });
  }
  const [what, ...more] = positionals;
  if (more.length > 0) throw new BadCall(`${command} takes one selection, not also ${JSON.stringify(more[0])}.`);
  for (const [key, value] of selectionIn(what ?? '')) query.append(key, value);
  const kind = query.get('kind') ?? 'cpu';
  if (command === 'top' && values.by !== undefined) {
    query.set('by', values.by);
    return async (server) => shares(await askJson<SharesAnswer>(server, `api/shares?${query.toString()}`), limit, kind);
  }
  if (command === 'top') return async (server) => top(await askJson<TopAnswer>(server, `api/top?${query.toString()}`), limit, kind);
  if (values.format === undefined) throw new BadCall('export needs --format pprof, speedscope, folded, cpuprofile, heapprofile or svg.');
  query.set('format', values.format);
  return async (server) => {
    const body = await askServer(server, `export/?${query.toString()}`);
    if (values.output === undefined) process.stdout.write(body);
    else await writeFile(values.output, body).catch((cause: unknown) => { throw new AskError(`${values.output} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, false, cause); });
    return 0;
  };
}

function top({ groups: [group], damaged }: TopAnswer, limit: number, kind: string): number {
  const told = (value: number): string => amount(value, 'us', kind);
  if (damaged !== undefined) process.stderr.write(`liveprofiler: ${fit(damageWords(damaged))}\n`);
  if (group === undefined || group.totalUs === 0) return failed(NOTHING, 1);
  const share = (us: number): string => percent(us / group.totalUs);
  const rows = group.rows.slice(0, limit).map((row) => [told(row.selfUs), share(row.selfUs), told(row.totalUs), share(row.totalUs), placed(row)]);
  process.stdout.write(table([['self', '', 'total', '', `of ${told(group.totalUs)} ${wordsOf(kind).did}`], ...rows]));
  return 0;
}

function shares({ by, busyUs, values, damaged }: SharesAnswer, limit: number, kind: string): number {
  const told = (value: number): string => amount(value, 'us', kind);
  if (damaged !== undefined) process.stderr.write(`liveprofiler: ${fit(damageWords(damaged))}\n`);
  if (busyUs === 0) return failed(NOTHING, 1);
  const rows = values.slice(0, limit).map((value) => [told(value.busyUs), percent(value.busyUs / busyUs), value.name === '' ? `for nobody, without ${by}` : value.name]);
  process.stdout.write(table([[wordsOf(kind).did, '', `by ${by}, of ${told(busyUs)} ${wordsOf(kind).did}`], ...rows]));
  return 0;
}

function sharedQuery({ kind, host = [], service = [], from, until }: Values): URLSearchParams {
  const query = new URLSearchParams([...host.map((one): [string, string] => ['host', one]), ...service.map((one): [string, string] => ['service', one])]);
  if (kind !== undefined) query.set('kind', kind);
  if (from !== undefined) query.set('from', from);
  if (until !== undefined) query.set('until', until);
  return query;
}

/** Of the address of a page of flames, or what stands behind its question mark. */
function selectionIn(text: string): URLSearchParams {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/]+)?(\/[^?]*)(?:\?(.*))?$/s.exec(text) ?? ['', '', text];
  const selection = new URLSearchParams(query);
  const host = /^\/graph\/([^/]+)/.exec(path)?.[1];
  if (host !== undefined) selection.append('host', unescaped(host));
  return selection;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadCall(`${JSON.stringify(text)} is no name of a host as the address of a page has it: a % there is written %25.`);
  }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return ROWS;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new BadCall(`--limit ${text} is no number of rows, such as ${ROWS}.`);
  return Number(text);
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  if (number === undefined || Number(number) > 100) throw new BadCall(`--fail-above ${text} is no share, such as 5%.`);
  return Number(number) / 100;
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return '';
  }
}

function failed(sentence: string, code: number): number {
  process.stderr.write(`liveprofiler: ${sentence}\n`);
  return code;
}
