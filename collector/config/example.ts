// The whole config.ini with comments, made of the description of the keys, so that it cannot say anything else.
import { KEYS } from './keys.ts';
import type { KeySpec } from './keys.ts';

const LINE_LENGTH = 100;
const ALIAS = 'web';

/** Every key with its meaning; what has a default, or is seldom needed, stands behind a `;`. It is itself valid. */
export function exampleConfig(): string {
  return Object.entries(KEYS).map(([name, specs]) => section(name, Object.entries<KeySpec<unknown>>(specs))).join('\n');
}

function section(name: string, specs: readonly (readonly [string, KeySpec<unknown>])[]): string {
  // A host is there or not as a whole; of the other sections the header alone does nothing.
  const header = name === 'host' ? `;[host ${ALIAS}]` : `[${name}]`;
  return [header, ...specs.flatMap(([key, spec]) => lines(key, spec))].map((line) => `${line}\n`).join('');
}

function lines(key: string, { about, type, fallback, sample, needed }: KeySpec<unknown>): string[] {
  const allowed = `${type.allowed.charAt(0).toUpperCase()}${type.allowed.slice(1)}.`;
  return [...wrap(`${about} ${allowed}`).map((line) => `; ${line}`), `${needed ? '' : ';'}${key} = ${fallback ?? sample ?? ''}`];
}

function wrap(text: string): string[] {
  const wrapped: string[] = [];
  for (const word of text.split(' ')) {
    const last = wrapped.at(-1);
    if (last === undefined || last.length + word.length + 1 > LINE_LENGTH) wrapped.push(word);
    else wrapped[wrapped.length - 1] = `${last} ${word}`;
  }
  return wrapped;
}
