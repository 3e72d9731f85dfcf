// A worker's windows arrive as they were made, whatever was told before, each frame once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createListener, createTeller } from '#sampler/told-frames.js';
import type { ThreadWindow } from '#sampler/window.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import type { Frame } from 'liveprofiler-sampler/wire';

const FRAMES = Array.from({ length: 40 }, (_, line): Frame => ({ name: `f${line % 7}`, url: '/app.js', line, column: 1 }));

/** Each stack is a list of frames, root first. */
function windowOf(startUs: number, stacks: readonly (readonly number[])[]): ThreadWindow {
  const builder = new WindowBuilder();
  for (const stack of stacks) builder.add(stack.reduce((parent, frame) => builder.stack(parent, FRAMES[frame] ?? { name: '?', url: '', line: 0, column: 0 }), 0), 1, 10);
  return { thread: 1, threadName: 'worker', kind: 'cpu', startUs, endUs: startUs + 10, startWallMs: 0, processCpuUs: 0, body: builder.body() };
}

test('windows cross as they are, and what they share crosses once', () => {
  const stacks = fc.array(fc.array(fc.nat(FRAMES.length - 1), { minLength: 1, maxLength: 6 }), { maxLength: 8 });
  fc.assert(fc.property(fc.array(stacks, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 60 }), (windows, most) => {
    const [tell, hear] = [createTeller(most), createListener()];
    const crossed = new Map<string, Frame>();
    const objects = new Map<string, Frame>();
    windows.forEach((made, index) => {
      const window = windowOf(index * 10, made);
      const sent = structuredClone(tell(window));
      const heard = hear(sent);
      assert.deepEqual(heard, window);
      if (sent.known === 0) {
        crossed.clear();
        objects.clear();
      }
      for (const frame of sent.frames) {
        const key = JSON.stringify(frame);
        assert.ok(!crossed.has(key), `${key} was told before`);
        crossed.set(key, frame);
      }
      for (const frame of heard.body.frames) {
        const key = JSON.stringify(frame);
        assert.equal(objects.get(key) ?? frame, frame, 'another object for the same frame');
        objects.set(key, frame);
      }
    });
  }));
});

test('a window whose frames were told to somebody else is not made up', () => {
  const tell = createTeller();
  tell(windowOf(0, [[1, 2], [3]]));
  const second = structuredClone(tell(windowOf(10, [[1, 4]])));
  assert.equal(createListener()(second), undefined);
});
