// An answer's body: inflated, counted while it comes in, and complete.
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Bytes } from 'liveprofiler-sampler/wire';
import { networkFailure, PullFailure } from './failures.ts';

/** At most `maxBytes` after inflating, whatever the headers promise. @throws PullFailure */
export async function readBody(response: IncomingMessage, maxBytes: Bytes, at: URL): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded(response, at) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new PullFailure('too-large', `The answer of ${at.host} is larger than max_response allows (${maxBytes} bytes): raise it, or ask more often.`);
      chunks.push(chunk);
    }
  } catch (error) {
    const failure = networkFailure(error, at);
    throw failure.code === 'reset' ? cutShort(at, error) : failure;
  }
  if (!response.complete) throw cutShort(at);
  return Buffer.concat(chunks, bytes);
}

/** Inflated where it is deflated. @throws PullFailure for another encoding. */
export function decoded(response: IncomingMessage, at: URL): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return response;
  if (encoding !== 'gzip') throw new PullFailure('encoding', `${at.host} answers in the encoding ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for: check proxies before it.`);
  // The error reaches the reader through the gunzip stream.
  return pipeline(response, createGunzip(), () => undefined);
}

function cutShort(at: URL, cause?: unknown): PullFailure {
  return new PullFailure('incomplete', `The answer of ${at.host} ends before its announced length: did the service restart?`, cause);
}
