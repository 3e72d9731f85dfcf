// What V8 and the server name in their own way, in words. Pure.
import type { FlameNode, Origin } from '../api.ts';

const WORDS: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  '(garbage collector)': ['garbage collection', 'V8 freeing memory that is not used any more'],
  '(program)': ['native code', 'Node.js, V8 or the system at work, outside JavaScript'],
  '(idle)': ['idle', 'Waiting for something to do'],
  '(collected)': ['collected since', 'Allocated, and collected again before anybody looked where'],
  '(truncated)': ['stacks without room', 'Counted, but their names did not fit into the window'],
};

export const ORIGINS: Readonly<Record<Origin, string>> = {
  own: 'own code',
  package: 'npm packages',
  node: 'Node.js',
  native: 'V8 and native code',
  gc: 'garbage collection',
  part: 'summed up',
};

type Named = Pick<FlameNode, 'name' | 'url' | 'line' | 'cut'>;

/** Only what has no file can be one of V8's own: any function may be called `(idle)`. */
export function nameOf({ name, url }: Pick<Named, 'name' | 'url'>): string {
  return (url === '' ? wordsFor(name)?.[0] : undefined) ?? name;
}

/** Where a function is, or what stands for none. */
export function placeOf({ name, url, line, cut }: Named): string {
  if (cut !== undefined) return 'Too small or too deep to draw: summed up here. A click opens it.';
  if (url !== '') return `${url}${line > 0 ? `:${line}` : ''}`;
  return wordsFor(name)?.[1] ?? 'V8 or native code';
}

function wordsFor(name: string): readonly [string, string] | undefined {
  return Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
}
