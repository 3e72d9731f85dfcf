// Asks the server; a failure is an Error whose message says what to do.
import type { ErrorAnswer } from '../api.ts';

/** Nothing came back: what was asked may be answered later. */
export class NoAnswer extends Error {}

/** With a body it is a POST of that as JSON. */
export async function ask<T>(path: string, signal?: AbortSignal, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new NoAnswer('liveprofiler does not answer. Is `liveprofiler serve` running?', { cause });
  }
  const answer = (await response.json().catch(() => undefined)) as T | ErrorAnswer | undefined;
  if (response.ok && answer !== undefined) return answer as T;
  const told = (answer as Partial<ErrorAnswer> | undefined)?.error?.message;
  throw new Error(told ?? `liveprofiler answered ${response.status} without a word why.`);
}
