// Makes a long answer piece by piece: whoever else has work for the event loop has it done in between.
import { setImmediate as turn } from 'node:timers/promises';
import type { Milliseconds } from './profile.ts';

/** About how long the service is held up at a time. */
const TURN_MS: Milliseconds = 3;
const BUFFER_CHARACTERS = 64 * 1024;

/** Pieces are texts or bytes, all of one kind; they may be empty, where work was done that gave no text. */
export async function inTurns(pieces: Iterable<string | Uint8Array>): Promise<Buffer> {
  const buffers: Buffer[] = [];
  let text = '';
  let sinceMs = performance.now();
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else buffers.push(Buffer.from(piece));
    if (text.length >= BUFFER_CHARACTERS) {
      buffers.push(Buffer.from(text));
      text = '';
    }
    if (performance.now() - sinceMs < TURN_MS) continue;
    await turn();
    sinceMs = performance.now();
  }
  return Buffer.concat([...buffers, Buffer.from(text)]);
}
