// Asks a server of liveprofiler; when it takes long, stderr says so.
import type { ErrorAnswer } from '../visualizer/api.ts';
import { fit } from './table.ts';

export interface ServerAddress {
  /** Ends with a slash. */
  readonly url: string;
  /** A header, where it needs one. */
  readonly authorization?: string | undefined;
}

/** The server's own sentence, or why there is none. */
export class AskError extends Error {
  /** The call itself was wrong. */
  readonly badCall: boolean;
  constructor(sentence: string, badCall: boolean, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = 'AskError';
    this.badCall = badCall;
  }
}

const PROGRESS_EVERY_MS = 1000;

/** @throws AskError */
export async function askServer({ url, authorization }: ServerAddress, path: string): Promise<Buffer> {
  const startMs = performance.now();
  let bytes = 0;
  const telling = setInterval(() => {
    const seconds = Math.round((performance.now() - startMs) / 1000);
    process.stderr.write(`liveprofiler: ${bytes === 0 ? 'waiting for the answer' : `${bytes} bytes so far`}, ${seconds} s …\n`);
  }, PROGRESS_EVERY_MS);
  try {
    const response = await fetch(new URL(path, url), { redirect: 'error', headers: authorization === undefined ? {} : { authorization } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).byteLength;
    }
    const body = Buffer.concat(chunks);
    if (!response.ok) throw refused(url, response.status, body);
    return body;
  } catch (error) {
    if (error instanceof AskError) throw error;
    throw new AskError(`${url} does not answer${whyOf(error)}. Is liveprofiler serve running there?`, false, error);
  } finally {
    clearInterval(telling);
  }
}

export async function askJson<T>(server: ServerAddress, path: string): Promise<T> {
  const body = await askServer(server, path);
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch (cause) {
    throw new AskError(`What answers at ${server.url} is not liveprofiler: its answer is no JSON.`, false, cause);
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function refused(url: string, status: number, body: Buffer): AskError {
  if (status === 401) return new AskError('The server needs a user and a password: set LIVEPROFILER_USER and LIVEPROFILER_PASSWORD.', false);
  const told = sentenceOf(body) ?? `What answers at ${url} says ${status} and no word why: give the address at which the page of liveprofiler begins, such as http://localhost:9999.`;
  return new AskError(fit(told), status < 500);
}

function sentenceOf(body: Buffer): string | undefined {
  try {
    return (JSON.parse(body.toString('utf8')) as Partial<ErrorAnswer>).error?.message;
  } catch {
    return undefined;
  }
}

function whyOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
}
