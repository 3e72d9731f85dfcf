// Where a function comes from, for its colour and its legend. Pure.
import type { Frame } from 'liveprofiler-sampler/wire';
import type { Origin } from './api.ts';

export function originOf({ url }: Pick<Frame, 'url'>): Origin {
  if (url === '') return 'native';
  if (url.startsWith('node:')) return 'node';
  return /[\\/]node_modules[\\/]/.test(url) ? 'package' : 'own';
}
