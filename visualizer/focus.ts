// Reads which part a question names: a path of frames, or one function with its callers or callees; frames by value.
import type { Frame } from 'liveprofiler-sampler/wire';
import { MAX_STACK_DEPTH } from 'liveprofiler-sampler/wire';
import type { QueryOptions } from '../collector/store/contract.ts';
import { HttpError } from './http-error.ts';

/** Of a body that is a `FlameBody`. */
export function partOf(body: unknown): Pick<QueryOptions, 'focus' | 'callersOf' | 'calleesOf'> {
  const entries: [string, unknown][] = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const [[key, value] = ['', undefined], ...more] = entries;
  if (more.length === 0) {
    if (key === 'focus' && Array.isArray(value) && value.length <= MAX_STACK_DEPTH && value.every(isFrame)) return { focus: value.map(bare) };
    if (key === 'callersOf' && isFrame(value)) return { callersOf: bare(value) };
    if (key === 'calleesOf' && isFrame(value)) return { calleesOf: bare(value) };
  }
  throw new HttpError(400, 'BAD_BODY', `The body names no part: it takes {"focus":[FRAME, …]} with at most ${MAX_STACK_DEPTH} of them, {"callersOf":FRAME} or {"calleesOf":FRAME}, as application/json; a FRAME is {"name":"f","url":"/a.js","line":1,"column":1}.`);
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false;
  const { name, url, line, column } = value as Partial<Record<keyof Frame, unknown>>;
  return typeof name === 'string' && typeof url === 'string' && Number.isSafeInteger(line) && Number.isSafeInteger(column);
}

function bare({ name, url, line, column }: Frame): Frame {
  return { name, url, line, column };
}
