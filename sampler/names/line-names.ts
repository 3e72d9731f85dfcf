// What lines of generated files are in their sources, as far as the thread that reads maps has told: in blocks of
// neighbouring lines, each asked for once, within a bound. Pure.
import type { Frame } from '../profile.ts';
import { BLOCK_LINES } from './resolve.ts';
import type { LineBlock } from './resolve.ts';

/** Blocks known or asked for: about a megabyte. */
const MAX_BLOCKS = 4000;

export interface LineNames {
  /** The blocks of lines that nobody asked for yet. */
  unknown(frames: readonly Frame[], lines: { readonly frame: ArrayLike<number>; readonly line: ArrayLike<number> }): LineBlock[];
  learn(blocks: readonly LineBlock[], lines: readonly Int32Array[]): void;
  /** The original line; 0 where it is not known. */
  original(url: string, line: number): number;
}

export function createLineNames(): LineNames {
  /** By url, then by block; undefined is asked for. A file without a map has no more to ask. */
  let files = new Map<string, Map<number, Int32Array | undefined> | 'plain'>();
  let blocks = 0;

  return {
    unknown(frames, { frame, line }) {
      const found: LineBlock[] = [];
      for (let at = 0; at < line.length; at++) {
        const { url } = frames[frame[at] ?? 0] ?? NOWHERE;
        if (url === '' || url.startsWith('node:')) continue;
        if (blocks >= MAX_BLOCKS) {
          files = new Map();
          blocks = 0;
        }
        let known = files.get(url);
        if (known === 'plain') continue;
        if (known === undefined) files.set(url, (known = new Map()));
        const block = blockOf(line[at] ?? 1);
        if (known.has(block)) continue;
        known.set(block, undefined);
        blocks++;
        found.push({ url, block });
      }
      return found;
    },
    learn(asked, lines) {
      asked.forEach(({ url, block }, index) => {
        const known = files.get(url);
        const told = lines[index];
        if (known === undefined || known === 'plain') return;
        if (told === undefined || told.length === 0) files.set(url, 'plain');
        else known.set(block, told);
      });
    },
    original(url, line) {
      const known = files.get(url);
      return known === undefined || known === 'plain' ? 0 : (known.get(blockOf(line))?.[(line - 1) % BLOCK_LINES] ?? 0);
    },
  };
}

const NOWHERE = { url: '' };

function blockOf(line: number): number {
  return Math.floor((line - 1) / BLOCK_LINES);
}
