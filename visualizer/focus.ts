// Reads the path of frames that a question names, by value.
import type { Frame } from 'liveprofiler-sampler/wire';
import { MAX_STACK_DEPTH } from 'liveprofiler-sampler/wire';
import { HttpError } from './http-error.ts';

/** Of a body `{"focus": [{"name", "url", "line", "column"}, …]}`, root first. */
export function focusOf(body: unknown): readonly Frame[] {
  const path: unknown = typeof body === 'object' && body !== null && 'focus' in body ? body.focus : undefined;
  if (!Array.isArray(path) || path.length > MAX_STACK_DEPTH || !path.every(isFrame)) {
    throw new HttpError(400, 'BAD_BODY', `The body is no path of frames: it takes {"focus":[{"name":"f","url":"/a.js","line":1,"column":1}, …]}, at most ${MAX_STACK_DEPTH} of them, as application/json.`);
  }
  return path.map(({ name, url, line, column }) => ({ name, url, line, column }));
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false;
  const { name, url, line, column } = value as Partial<Record<keyof Frame, unknown>>;
  return typeof name === 'string' && typeof url === 'string' && Number.isSafeInteger(line) && Number.isSafeInteger(column);
}
