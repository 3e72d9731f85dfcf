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

const COLUMNS = 2 ** 21;

/** Looked up for every node of every profile: by numbers, because to put a text together for each would cost the most. */
export function createFrameInterner(): FrameInterner {
  const scripts = new Map<string, Map<number | string, Frame>>();
  let size = 0;

  function intern(script: Map<number | string, Frame>, key: number | string, { functionName, url, lineNumber, columnNumber }: Runtime.CallFrame): Frame {
    // V8 counts lines and columns from 0 and says -1 for none; a frame counts from 1 and says 0.
    const frame: Frame = {
      name: functionName.slice(0, MAX_NAME_LENGTH),
      url: url.slice(0, MAX_URL_LENGTH),
      line: Math.max(0, lineNumber + 1),
      column: Math.max(0, columnNumber + 1),
    };
    script.set(key, frame);
    size++;
    return frame;
  }

  return {
    fromV8(callFrame) {
      const { functionName, scriptId, lineNumber, columnNumber } = callFrame;
      if (size >= MAX_FRAMES) {
        scripts.clear();
        size = 0;
      }
      let script = scripts.get(scriptId);
      if (script === undefined) scripts.set(scriptId, (script = new Map<number | string, Frame>()));
      // What has no place is told apart by its name.
      const key = lineNumber < 0 ? functionName : lineNumber * COLUMNS + columnNumber;
      const known = script.get(key) ?? intern(script, key, callFrame);
      if (known.name === functionName || functionName.length > MAX_NAME_LENGTH) return known;
      // One place can have several names, such as a class and its constructor.
      const byName = `${lineNumber}:${columnNumber}:${functionName}`;
      return script.get(byName) ?? intern(script, byName, callFrame);
    },
  };
}
