// A process that answers for another may tell a part of what the other then merges, or has merged. Whoever reads both
// gets every sample once: from the shelf, or from the spool, or it is counted as lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { followed } from '#sampler/cursor.js';
import type { Seen, Span } from '#sampler/cursor.js';
import { ownWindows } from '#sampler/own-windows.js';
import { createShelf } from '#sampler/shelf.js';
import { createReader } from '#sampler/spool/reader.js';
import { listFiles } from '#sampler/spool/folder.js';
import { createWriter } from '#sampler/spool/writer.js';
import { WindowBuilder } from '#sampler/window-builder.js';
import type { FinishedWindow, ThreadWindow } from '#sampler/window.js';
import { effort } from '../effort.ts';

const FRAMES = Array.from({ length: 30 }, (_, index) => ({ name: `f${index}`, url: '', line: 0, column: 0 }));

function windowAt(index: number, thread: number): ThreadWindow {
  const builder = new WindowBuilder();
  for (const frame of FRAMES.slice(0, 1 + (index % 30))) builder.add(builder.stack(0, frame), 1, 1000);
  return { thread, threadName: 'main', kind: 'cpu', startUs: index * 10_000_000, endUs: (index + 1) * 10_000_000, startWallMs: 1_700_000_100_000 + index * 10_000, processCpuUs: 5, body: builder.body() };
}

/** Too little for what is finished here as it is, enough for what it can be merged to. */
const SHELF_BYTES = 64_000;

interface Told {
  readonly thread: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly samples: number;
}

const toldOf = ({ thread, firstSeq, lastSeq, body }: FinishedWindow): Told => ({ thread, firstSeq, lastSeq, samples: body.count.reduce((a, b) => a + b, 0) });

/** What a store does with an identity: the same again is known, one that overlaps another is refused. */
function createKept(): { take(told: Told): void; samples(): number; crossed(): number } {
  const kept: Told[] = [];
  return {
    take(told) {
      const overlapping = kept.find((one) => one.thread === told.thread && one.firstSeq <= told.lastSeq && told.firstSeq <= one.lastSeq);
      if (overlapping === undefined) kept.push(told);
      else assert.deepEqual([told.firstSeq, told.lastSeq], [overlapping.firstSeq, overlapping.lastSeq], 'the store refuses it');
    },
    samples: () => kept.reduce((sum, { samples }) => sum + samples, 0),
    crossed: () => kept.filter((one) => kept.some((other) => one.thread !== other.thread && one.firstSeq < other.firstSeq && other.firstSeq < one.lastSeq && one.lastSeq < other.lastSeq)).length,
  };
}

type Step = 'finish' | 'ask it' | 'ask it for little' | 'ask another';

/** In samples. */
interface Played {
  readonly finished: number;
  readonly kept: number;
  readonly lost: number;
  /** Windows kept that begin before one of the other thread and end within it. */
  readonly crossed: number;
}

/** One process with two threads at work, and one reader that asks now it, now another that answers for it. */
async function play(steps: readonly Step[], spoolBytes: number): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'liveprofiler-partly-'));
  try {
    const told: Span[] = [];
    const shelf = createShelf(SHELF_BYTES, () => told);
    const writer = createWriter(folder, { boot: 'aa', pid: 1, group: 1 }, spoolBytes);
    const [own, another] = [createReader(), createReader()];
    const kept = createKept();
    let cursor: Seen = { seq: 0, holes: [] };
    let [finished, index] = [0, 0];
    const askIt = async (most = 1e9): Promise<void> => {
      const { windows, records, seen } = await ownWindows(shelf, { own: (seqs) => own.pick(listFiles(folder), seqs) }, cursor, most);
      for (const one of [...windows.map(toldOf), ...records.map((record) => JSON.parse(record) as Told)]) kept.take(one);
      cursor = seen;
    };
    for (const step of steps) {
      if (step === 'finish') {
        for (const thread of [0, 7]) {
          const window = shelf.add(windowAt(index, thread));
          finished += toldOf(window).samples;
          await writer.append(window.lastSeq, () => Promise.resolve(JSON.stringify(toldOf(window))));
        }
        index++;
      } else if (step === 'ask it') await askIt();
      else if (step === 'ask it for little') await askIt(5000);
      else {
        const { records, spans } = await another.read(listFiles(folder), cursor.seq, 150);
        told.push(...spans);
        for (const record of records) kept.take(JSON.parse(record) as Told);
        cursor = followed(cursor, spans);
      }
    }
    await askIt();
    return { finished, kept: kept.samples(), lost: shelf.counts().lost.count, crossed: kept.crossed() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const finish = (many: number): Step[] => Array.from({ length: many }, () => 'finish');

test('what another told a part of, after it was merged, is told to the end', async () => {
  const { finished, kept, lost } = await play([...finish(40), 'ask another', 'ask it'], 1e6);
  assert.deepEqual([kept, lost], [finished, 0]);
});

const orders = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }).map(finish), fc.constant<Step[]>(['ask it']), fc.constant<Step[]>(['ask it for little']), fc.constant<Step[]>(['ask another'])), { minLength: 2, maxLength: 8 });

test('in whatever order a process and another that answers for it are asked, nothing is refused and nothing lost', async () => {
  await fc.assert(fc.asyncProperty(orders, async (order) => {
    const { finished, kept, lost } = await play(order.flat(), 1e6);
    assert.deepEqual([kept, lost], [finished, 0]);
  }), { numRuns: effort(40, 1000) });
});

test('what left the spool before another told the rest is still told by whoever has it', async () => {
  const { finished, kept, lost } = await play([...finish(12), 'ask another', 'ask it'], 600);
  assert.deepEqual([kept, lost], [finished, 0]);
});

test('however little the spool holds, what is not told is counted, and nothing twice', async () => {
  await fc.assert(fc.asyncProperty(orders, fc.integer({ min: 300, max: 6000 }), async (order, spoolBytes) => {
    const { finished, kept, lost } = await play(order.flat(), spoolBytes);
    assert.equal(kept + lost, finished);
  }), { numRuns: effort(40, 1000) });
});

test('windows of several threads that were merged across each other are told whole, however little an answer holds', async () => {
  let across = 0;
  for (let many = 20; many <= 60; many += 4) {
    const asked = Array.from({ length: 6 }, (): Step => 'ask it for little');
    const { finished, kept, lost, crossed } = await play([...finish(many), ...asked, ...finish(10), ...asked, 'ask it'], 1e6);
    assert.deepEqual([kept, lost], [finished, 0], `after ${many} windows of each`);
    across += crossed;
  }
  assert.ok(across > 0, 'none were merged across each other');
});
