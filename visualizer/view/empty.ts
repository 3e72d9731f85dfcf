// Why there is nothing to draw, and what to do about it. Pure.
import type { FlameAnswer, MemoryAnswer, ProcessesAnswer } from '../api.ts';
import { inBytes, inTime, wordsOf } from './kinds.ts';
import type { GraphState } from './state.ts';
import { clockTime } from './units.ts';

/** undefined when there is something. */
export function emptyReason(answer: FlameAnswer, { utc, selection: { kind } }: Pick<GraphState, 'utc' | 'selection'>): string | undefined {
  const { windows, root, idle } = answer;
  if (root.totalUs > 0 || root.totalCount > 0) return undefined;
  if (windows > 0 && !inTime(kind)) return 'Nothing of what was chosen was sampled in this range.';
  if (windows > 0) return idle.weight > 0 ? 'What was chosen did nothing but wait in this range.' : 'Nothing was sampled in this range: another label or thread may have been busy.';
  if (kind === 'instances' && answer.kinds.includes('cpu')) return 'Instances: nothing is known of this range. Where instances were created is told of classes that the service tracks so: const Tracked = sampler.track(Session, { stacks: { every: 100 } }), and makes by new Tracked().';
  if (inBytes(kind) && answer.kinds.includes('cpu')) return `${wordsOf(kind).name}: nothing was read in this range. The sampler reads where memory is held and allocated when it is told to: createSampler({ …, memory: {} }). The first profile comes a minute after the start; a sampler whose pauses grew too long has stopped by itself.`;
  return nothingKept(answer, utc);
}

/** The same for processes as such. */
export function noProcess(answer: ProcessesAnswer, utc: boolean): string | undefined {
  return answer.processes.length > 0 ? undefined : nothingKept(answer, utc);
}

/** The same for what processes tell of themselves. */
export function nothingTold(answer: MemoryAnswer, utc: boolean): string | undefined {
  const { lines, sampled, hosts: [only, ...others] } = answer;
  if (lines.some(({ values }) => Object.values(values).some((column) => column.some((value) => value !== null)))) return undefined;
  if (!sampled) return nothingKept(answer, utc);
  if (only !== undefined && others.length === 0 && only.speaks !== 'liveprofiler') return 'This host speaks an ancestor’s format, which tells nothing of memory. Put liveprofiler-sampler into the service.';
  return 'It was sampled in this range, but nothing was told of memory: the sampler is older than that, or what was chosen is a label of samples. Bring liveprofiler-sampler up to date in the service, or take a part of the choice away.';
}

function nothingKept({ hosts, extent, asked }: Pick<FlameAnswer, 'hosts' | 'extent' | 'asked'>, utc: boolean): string {
  const [status] = hosts;
  if (status === undefined) return 'No host of the configuration is meant by this choice. Take a part of it away, or choose a longer range.';
  if (hosts.length > 1) return 'Nothing is kept for this choice in this range: choose a longer one, or take a part of the choice away.';
  if (status.error !== undefined) return `Nothing is kept for this range. ${status.error}`;
  if (extent === undefined) {
    return status.lastPullMs === undefined ? 'The host has not been asked yet. The first flame graph comes within seconds.' : 'The host answers, but no window has finished yet. The first one comes within seconds.';
  }
  const where = asked.untilMs <= extent.fromMs ? 'before' : asked.fromMs >= extent.untilMs ? 'after' : 'between';
  return `Nothing is kept for this range: it lies ${where} what there is (${clockTime(extent.fromMs, utc)} to ${clockTime(extent.untilMs, utc)}).`;
}
