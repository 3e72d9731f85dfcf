// `npm run bench:truth`: what the sampler says of programs that know what they did, and of one that `node --cpu-prof`
// reads too. Markdown on stdout, progress on stderr. --seconds 60
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../store/figures.ts';
import type { Part } from './judge.ts';
import { partsOf, unaccounted } from './judge.ts';
import type { ProgramName } from './programs.ts';
import { told } from './run.ts';
import { twins } from './twin.ts';

const INTERVAL_US = 10_000;
const KNOWN: readonly ProgramName[] = ['functions', 'async functions', 'generators', 'recursion', 'native calls', 'garbage', 'blocked for 5 s', 'idle'];
/** As eight processes may draw theirs, within ±5 %. */
const DRAWS = [-0.047, -0.033, -0.019, -0.006, 0.008, 0.021, 0.034, 0.046];
const MOST_UNACCOUNTED = 0.005;

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(flags.seconds);
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const verdict = (met: boolean): string => (met ? 'yes' : '**no**');

const rows: string[][] = [];
for (const program of KNOWN) {
  process.stderr.write(`${program} …\n`);
  const answer = await told(program, seconds, INTERVAL_US);
  for (const { name, share, sampled, allowed } of partsOf(answer)) rows.push([program, name, percent(share), percent(sampled), `± ${percent(allowed)}`, verdict(Math.abs(sampled - share) <= allowed)]);
  rows.push([program, 'time not accounted for', '', percent(unaccounted(answer)), `≤ ${percent(MOST_UNACCOUNTED)}`, verdict(unaccounted(answer) <= MOST_UNACCOUNTED)]);
}

process.stderr.write('in step …\n');
const inStep = await errorsOf(DRAWS.map(() => INTERVAL_US));
const drawn = await errorsOf(DRAWS.map((draw) => Math.round(INTERVAL_US * (1 + draw))));
process.stderr.write('twins …\n');
const compared = await twins(seconds, INTERVAL_US);

process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, ${seconds} s each, sampling every ${INTERVAL_US / 1000} ms, \`npm run bench:truth\`

${table(['program', 'part', 'did', 'sampled', 'may differ by', 'right'], rows)}

A program that works in a cycle of exactly the sampling interval (70, 20 and 10 %): of ${DRAWS.length} processes without a draw the worst is wrong by ${percent(Math.max(...inStep.largest))}, all together by ${percent(inStep.together)}; of as many, each with its own interval within ±5 %, the worst by ${percent(Math.max(...drawn.largest))}, all together by ${percent(drawn.together)}.

The same program under \`node --cpu-prof\`, in a twin run: the ${compared.length} functions that take most of the time by themselves.

${table(['function', 'the sampler', '--cpu-prof', 'may differ by', 'agree'], compared.map(({ name, ours, theirs, allowed }) => [`\`${name}\``, percent(ours), percent(theirs), `± ${percent(allowed)}`, verdict(Math.abs(ours - theirs) <= allowed)]))}
`);

/** The largest error of each process, and of the sum of all. */
async function errorsOf(intervalsUs: readonly number[]): Promise<{ readonly largest: readonly number[]; readonly together: number }> {
  const answers: Part[][] = [];
  for (const intervalUs of intervalsUs) answers.push(partsOf(await told('in step', seconds / 4, intervalUs)));
  const parts = answers[0]?.map(({ name }) => name) ?? [];
  const errors = (name: string): number[] => answers.map((answer) => answer.filter((part) => part.name === name).reduce((sum, { sampled, share }) => sum + sampled - share, 0));
  return {
    largest: answers.map((answer) => Math.max(...answer.map(({ sampled, share }) => Math.abs(sampled - share)))),
    together: Math.max(...parts.map((name) => Math.abs(errors(name).reduce((sum, error) => sum + error, 0) / answers.length))),
  };
}
