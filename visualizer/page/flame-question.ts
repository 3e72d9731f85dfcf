// Asks for what the page draws: the flames and what was cut of them, the functions, and what is around one of them.
import type { FlameAnswer, FlameBody, LinesOfFunction, SharesAnswer, TopAnswer, TopGroup } from '../api.ts';
import type { GraphState } from '../view/state.ts';
import { flameQuestion, isTransformed, MORE } from '../view/questions.ts';
import { fixedAt, questionOf } from '../view/state.ts';
import { follow, framesOf, graft } from '../view/tree.ts';
import { ask } from './ask.ts';
import type { Around } from './drawing.ts';

/** All that a state asks for; what is the same need not be asked again. */
export interface Questions {
  readonly flame: string;
  /** With what is opened of it. */
  readonly whole: string;
  readonly lines: string;
  /** Empty when it is not wanted. */
  readonly top: string;
  readonly around: string;
  readonly shares: string;
}

export function questionsOf(state: GraphState): Questions {
  const base = questionOf(state);
  return {
    flame: flameQuestion(state),
    whole: `${flameQuestion(state)} ${state.open && !isTransformed(state) ? state.zoom.join('\n') : ''}`,
    lines: `${base} ${state.by} ${state.utc}`,
    top: state.view === 'both' || state.view === 'table' ? base : '',
    around: state.of === undefined || state.view === 'table' || state.view === 'shares' ? '' : `${base} ${state.open} ${JSON.stringify(state.of)}`,
    shares: state.view === 'shares' ? `${base} ${state.by}` : '',
  };
}

export async function askFlame(state: GraphState, signal: AbortSignal): Promise<FlameAnswer> {
  let answer = await ask<FlameAnswer>(flameQuestion(state), signal);
  if (!state.open || isTransformed(state)) return answer;
  let reached = -1;
  // What is opened may itself lie in what was cut: each answer leads further down the path.
  for (let path = follow(answer.root, state.zoom); path.length > reached; path = follow(answer.root, state.zoom)) {
    const focus = framesOf(path);
    if (focus === undefined || focus.length === 0) break;
    reached = path.length;
    const { root } = await askPart(fixedAt(state, answer.asked), { focus }, signal);
    answer = { ...answer, root: graft(answer.root, path, root) };
    if (reached === state.zoom.length) break;
  }
  return answer;
}

export async function askTop(state: GraphState, { asked }: FlameAnswer, signal: AbortSignal): Promise<TopGroup | undefined> {
  const { groups } = await ask<TopAnswer>(`/api/top?${questionOf(fixedAt(state, asked))}`, signal);
  return groups[0];
}

export function askShares(state: GraphState, { asked }: FlameAnswer, signal: AbortSignal): Promise<SharesAnswer> {
  return ask<SharesAnswer>(`/api/shares?${questionOf(fixedAt(state, asked), { by: state.by })}`, signal);
}

export async function askAround({ of, ...state }: GraphState, { asked }: FlameAnswer, signal: AbortSignal): Promise<Around | undefined> {
  if (of === undefined) return undefined;
  const [name, url, line, column] = of;
  const frame = { name, url, line, column };
  const fixed = fixedAt({ ...state, of }, asked);
  const [callers, callees, lines] = await Promise.all([
    askPart(fixed, { callersOf: frame }, signal),
    askPart(fixed, { calleesOf: frame }, signal),
    ask<LinesOfFunction>(`/api/lines?${questionOf(fixed, { of: JSON.stringify(of) })}`, signal),
  ]);
  return { callers: callers.root, callees: callees.root, lines };
}

function askPart(state: GraphState, body: FlameBody, signal: AbortSignal): Promise<FlameAnswer> {
  return ask<FlameAnswer>(`/api/flame?${questionOf(state, { limit: state.open ? MORE : '' })}`, signal, body);
}
