// Tells by its shape which format a host answered in, and reads it. Content types are not believed.
import { claimsWire, readWire, WireError } from 'liveprofiler-sampler/wire';
import type { WireAnswer } from 'liveprofiler-sampler/wire';
import { PullFailure } from '../failures.ts';
import { readJsonTotals } from './json.ts';
import { looksLikeNylas, readNylasTotals } from './nylas.ts';
import type { Totals } from './totals.ts';

export type HostAnswer =
  | { readonly speaks: 'liveprofiler'; readonly wire: WireAnswer }
  /** `totals` is missing when the sampler there was not started; nylas' then answers nothing at all, as others may. */
  | { readonly speaks: 'ancestor-json' | 'nylas' | 'unknown'; readonly totals?: Totals };

/** @throws PullFailure `not-a-profile` or `newer-format` */
export function readAnswer(body: Buffer, at: URL): HostAnswer {
  const text = body.toString('utf8');
  if (text.trim() === '') return { speaks: 'unknown' };
  if (looksLikeNylas(text)) return { speaks: 'nylas', totals: readNylasTotals(text) };
  const value = parse(text);
  if (claimsWire(value)) return { speaks: 'liveprofiler', wire: wireOf(value) };
  const totals = readJsonTotals(value);
  if (totals === 'foreign') throw foreign(text, at);
  return { speaks: 'ancestor-json', ...(totals !== undefined && { totals }) };

  function parse(json: string): unknown {
    try {
      return JSON.parse(json);
    } catch (error) {
      throw foreign(json, at, error);
    }
  }
}

function wireOf(value: unknown): WireAnswer {
  try {
    return readWire(value);
  } catch (error) {
    if (error instanceof WireError) throw new PullFailure(error.code === 'WIRE_VERSION' ? 'newer-format' : 'not-a-profile', error.message, error);
    throw error;
  }
}

function foreign(text: string, at: URL, cause?: unknown): PullFailure {
  const start = JSON.stringify(text.trimStart().slice(0, 40));
  return new PullFailure('not-a-profile', `What ${at.host}${at.pathname} answers is no profile (it begins with ${start}): does something else listen there, or does another route come before the sampler's middleware?`, cause);
}
