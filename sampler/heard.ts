// Checks what comes over the channel of the workers: anybody in the process can post there, and what is kept of it is told
// to whoever asks, so it holds nothing that an answer may not. Costs a pass over the numbers, in the thread that serves.
import { arrayOf, atMost, columnsOf, count, Malformed, object, oneOf, optional, recordOf, text } from './check.ts';
import type { Members } from './check.ts';
import { systemClock } from './clock.ts';
import type { Microseconds } from './profile.ts';
import type { SentWindow } from './told-frames.ts';
import { readFrame, readLabels, readRows, readStacks, readTally } from './wire-read.ts';
import type { FromWorker } from './worker.ts';

/** @throws for what no worker of ours posts. */
export function fromWorker(data: unknown): FromWorker {
  const message = object(data, 'message');
  const tells = oneOf(message['tells'], 'tells', ['started', 'online', 'joined', 'began', 'window', 'ended', 'gone', 'lost', 'failed']);
  if (tells === 'window') return { tells, window: readWindow(object(message['window'], 'window')) };
  count(message['thread'], 'thread');
  if (tells === 'started') count(message['by'], 'by');
  if (tells === 'began') text(message['name'], 'name', 256);
  if (tells === 'began' || tells === 'gone' || tells === 'lost') readTime(message, 'atUs');
  return data as FromWorker;
}

function readWindow(window: Members): SentWindow {
  for (const name of ['thread', 'processCpuUs', 'known']) count(window[name], name);
  text(window['threadName'], 'threadName', 256);
  oneOf(window['kind'], 'kind', ['cpu']);
  if (readTime(window, 'endUs') < count(window['startUs'], 'startUs')) throw new Malformed('endUs', 'is before startUs');
  finite(window['startWallMs'], 'startWallMs');
  optional(window, 'threadCpuUs', 'window', count);
  const facts = optional(window, 'facts', 'window', (given, at) => recordOf(given, at, readSummary));
  const frames = arrayOf(window['frames'], 'frames', readFrame);
  const { places } = window;
  if (!(places instanceof Uint32Array) || !(places.buffer instanceof ArrayBuffer)) throw new Malformed('places', 'is no column');
  const body = readBody(object(window['body'], 'body'), atMost(places, 'places').length);
  return { ...window, ...facts, frames, body } as unknown as SentWindow;
}

const COLUMNS = ['parent', 'frame', 'stack', 'labels', 'count', 'weight'];

function readBody(body: Members, frames: number): Members {
  for (const name of COLUMNS) if (!ArrayBuffer.isView(body[name])) throw new Malformed(`body.${name}`, 'is no column');
  const stacks = readStacks(body, 'body', frames).parent.length;
  const labelSets = arrayOf(body['labelSets'], 'labelSets', readLabels);
  readRows(body, 'body', stacks, labelSets.length);
  columnsOf(body['lines'], 'lines', ['frame', 'line', 'count'], { frame: frames });
  for (const name of ['lineHitsDropped', 'labelSetsInOther']) count(body[name], name);
  return { ...body, labelSets, idle: readTally(body['idle'], 'idle'), dropped: readTally(body['dropped'], 'dropped') };
}

/** By the clock that all threads share. */
function readTime(members: Members, name: string): Microseconds {
  const atUs = count(members[name], name);
  if (atUs > systemClock.monotonicUs() + 1e6) throw new Malformed(name, 'is to come');
  return atUs;
}

function readSummary(value: unknown, at: string): Record<string, number> {
  const summary = recordOf(value, at, finite);
  for (const name of ['min', 'max', 'sum', 'count', 'last']) finite(summary[name], at);
  return summary;
}

function finite(value: unknown, at: string): number {
  if (!Number.isFinite(value)) throw new Malformed(at, 'is not a number');
  return value as number;
}
