// Where a function comes from, for its colour and its legend. Pure; server and page share it.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { Origin } from './api.ts';

/** V8's name for what it does to free memory. */
const GC = '(garbage collector)';
/** The folder of the innermost package; pnpm nests one in another. */
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;

export function originOf({ name, url }: Pick<Frame, 'name' | 'url'>): Origin {
  if (url === '') return name === GC ? 'gc' : 'native';
  if (url.startsWith('node:')) return 'node';
  return packageOf(url) === undefined ? 'own' : 'package';
}

/** `express`, `@scope/name`; undefined outside packages. */
export function packageOf(url: string): string | undefined {
  return PACKAGE.exec(url)?.[1]?.replace('\\', '/');
}
