// Compares what a request brings with the secrets, in a time that tells nothing of them.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Node lower-cases header names. nginx drops names with underscores, so the dashed spelling counts too. */
const HEADER_NAMES = ['profiler_token', 'profiler-token'];
/** For readers that can send no header of their own. */
const BEARER = /^Bearer +(.+)$/i;

export function createSecretCheck(secrets: readonly string[]): (headers: Headers) => boolean {
  // Keyed hashes have one length whatever is compared, and the key is not known outside.
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  const accepted = secrets.map(digest);
  return (headers) => {
    let right = false;
    const [, bearer] = BEARER.exec(String(headers['authorization'] ?? '')) ?? [];
    for (const brought of [...HEADER_NAMES.map((name) => headers[name]), bearer]) {
      if (typeof brought !== 'string') continue;
      const hash = digest(brought);
      for (const one of accepted) if (timingSafeEqual(one, hash)) right = true;
    }
    return right;
  };
}
