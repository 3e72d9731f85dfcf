// One object per distinct frame, shared by all windows that show it, so that a held window costs little.
import type { Runtime } from 'node:inspector';
import type { Frame } from './profile.ts';

/** Distinct frames kept before starting afresh; windows at hand keep the frames that they need. */
const MAX_FRAMES = 20_000;
const MAX_NAME_LENGTH = 512;
const MAX_URL_LENGTH = 1024;

export interface FrameInterner {
  fromV8(callFrame: Runtime.CallFrame): Frame;
}

export function createFrameInterner(): FrameInterner {
  const frames = new Map<string, Frame>();
  return {
    fromV8({ functionName, url, scriptId, lineNumber, columnNumber }) {
      const key = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
      const known = frames.get(key);
      if (known !== undefined) return known;
      if (frames.size >= MAX_FRAMES) frames.clear();
      // V8 counts lines and columns from 0 and says -1 for none; a frame counts from 1 and says 0.
      const frame: Frame = {
        name: functionName.slice(0, MAX_NAME_LENGTH),
        url: url.slice(0, MAX_URL_LENGTH),
        line: Math.max(0, lineNumber + 1),
        column: Math.max(0, columnNumber + 1),
      };
      frames.set(key, frame);
      return frame;
    },
  };
}
