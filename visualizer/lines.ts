// Hits per line of one function, where V8 told them.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { Range } from '../collector/store/contract.ts';
import type { FrameKey, LinesOfFunction } from './api.ts';
import { HttpError } from './http-error.ts';
import { textOf } from './query.ts';
import type { Selection } from './selection.ts';
import { selectorOf } from './selection.ts';
import { shownOf } from './shown.ts';
import { damageOf } from './spare.ts';
import type { SparingReader } from './spare.ts';
import { readFunction } from './view/state.ts';

/** What `of=` names. */
export function functionOf(query: URLSearchParams): Frame {
  const text = textOf(query, 'of');
  const key = readFunction(text ?? null);
  if (key === undefined) throw new HttpError(400, 'BAD_QUERY', `of=${text ?? ''} names no function: it takes a frame as /api/top tells it, such as of=["render","/app/render.js",12,0].`);
  const [name, url, line, column] = key;
  return { name, url, line, column };
}

export async function linesOf(store: SparingReader, selection: Selection, asked: Range, of: Frame): Promise<LinesOfFunction> {
  const answer = await store.lines(selectorOf(selection), asked, of);
  const { frames, selfCount, lines, windows, covered } = answer;
  const shown = frames.map(shownOf);
  // Where some hosts know its source and others do not, lines are of two files: those of most samples are told.
  const sums = new Map<string, number>();
  shown.forEach((one, frame) => sums.set(placeOf(one), (sums.get(placeOf(one)) ?? 0) + (selfCount[frame] ?? 0)));
  const [place] = [...sums].sort(([, a], [, b]) => b - a)[0] ?? [];
  const hits = new Map<number, number>();
  lines.frame.forEach((frame, i) => {
    const one = shown[frame];
    if (one !== undefined && placeOf(one) === place) hits.set(lines.line[i] ?? 0, (hits.get(lines.line[i] ?? 0) ?? 0) + (lines.count[i] ?? 0));
  });
  return {
    asked,
    ...(covered === undefined ? {} : { covered }),
    windows,
    frame: [of.name, of.url, of.line, of.column] satisfies FrameKey,
    url: (shown.find((one) => placeOf(one) === place) ?? of).url,
    selfCount: selfCount.reduce((sum, count) => sum + count, 0),
    lines: [...hits].sort(([a], [b]) => a - b).map(([line, count]) => ({ line, count })),
    ...damageOf(answer),
  };
}

function placeOf({ url, line }: { readonly url: string; readonly line: number }): string {
  return `${line} ${url}`;
}
