// What people are shown of a frame: its original place where that is known. Pure.
import type { Frame, Place } from 'liveprofiler-sampler/wire';

export interface Shown extends Place {
  readonly name: string;
}

/** `column` 0 where only the original place's is not known. Never without a name. */
export function shownOf({ name, url, line, column, original }: Frame): Shown {
  const { name: shown, ...place } = original ?? { name, url, line, column };
  return { name: shown || name || '(anonymous)', url: place.url, line: place.line, column: place.column };
}
