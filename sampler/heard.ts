// Checks what comes over the channel of the workers: anybody in the process can post there, and what is kept of it is told
// to whoever asks. Costs a pass over the numbers, in the thread that serves.
import { arrayOf, columnsOf, count, Malformed, object, oneOf, optional, recordOf, text } from './check.ts';
import type { Members } from './check.ts';
import { readFrame, readLabels, readRows, readStacks, readTally } from './wire-read.ts';
import type { FromWorker } from './worker.ts';

/** @throws Malformed for what no worker of ours posts. */
export function fromWorker(data: unknown): FromWorker {
  const message = object(data, 'message');
  const tells = oneOf(message['tells'], 'tells', ['began', 'window', 'ended', 'gone', 'failed']);
  if (tells === 'window') checkWindow(object(message['window'], 'window'));
  else count(message['thread'], 'thread');
  if (tells === 'began') text(message['name'], 'name', 256);
  if (tells === 'began' || tells === 'gone') count(message['atUs'], 'atUs');
  return data as FromWorker;
}

function checkWindow(window: Members): void {
  for (const name of ['thread', 'processCpuUs', 'known']) count(window[name], name);
  text(window['threadName'], 'threadName', 256);
  oneOf(window['kind'], 'kind', ['cpu']);
  if (count(window['endUs'], 'endUs') < count(window['startUs'], 'startUs')) throw new Malformed('endUs', 'is before startUs');
  checkFinite(window['startWallMs'], 'startWallMs');
  optional(window, 'threadCpuUs', 'window', count);
  optional(window, 'facts', 'window', (facts, at) => recordOf(facts, at, (summary, here) => recordOf(summary, here, checkFinite)));
  arrayOf(window['frames'], 'frames', readFrame);
  const columns = object(window['columns'], 'columns');
  for (const name of ['stacks', 'rows']) text(columns[name], name, Infinity);
  const { places } = window;
  if (!(places instanceof Uint32Array)) throw new Malformed('places', 'is no column');
  checkBody(object(window['body'], 'body'), places.length);
}

function checkBody(body: Members, frames: number): void {
  const stacks = readStacks(body, 'body', frames).parent.length;
  const sets = arrayOf(body['labelSets'], 'labelSets', readLabels).length;
  readRows(body, 'body', stacks, sets);
  columnsOf(body['lines'], 'lines', ['frame', 'line', 'count'], { frame: frames });
  for (const name of ['lineHitsDropped', 'labelSetsInOther']) count(body[name], name);
  for (const name of ['idle', 'dropped']) readTally(body[name], name);
}

function checkFinite(value: unknown, at: string): void {
  if (!Number.isFinite(value)) throw new Malformed(at, 'is not a number');
}
