// Asks for the flames, and for what was cut under the zoom when that is opened.
import type { FlameAnswer, FlameBody } from '../api.ts';
import type { GraphState } from '../view/state.ts';
import { fixedAt, questionOf } from '../view/state.ts';
import { follow, framesOf, graft } from '../view/tree.ts';
import { ask } from './ask.ts';

export function flameQuestion(state: GraphState): string {
  return `/api/flame?${questionOf(state, { idle: state.idle ? '1' : '' })}`;
}

export async function askFlame(state: GraphState, signal: AbortSignal): Promise<FlameAnswer> {
  let answer = await ask<FlameAnswer>(flameQuestion(state), signal);
  if (!state.open) return answer;
  let reached = -1;
  // What is opened may itself lie in what was cut: each answer leads further down the path.
  for (let path = follow(answer.root, state.zoom); path.length > reached; path = follow(answer.root, state.zoom)) {
    const focus = framesOf(path);
    if (focus === undefined || focus.length === 0) break;
    reached = path.length;
    const { root } = await ask<FlameAnswer>(`/api/flame?${questionOf(fixedAt(state, answer.asked))}`, signal, { focus } satisfies FlameBody);
    answer = { ...answer, root: graft(answer.root, path, root) };
    if (reached === state.zoom.length) break;
  }
  return answer;
}
