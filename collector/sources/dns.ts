// Hosts behind a name of the DNS: one for each A and AAAA record, called by its address, asked by the name. Name servers
// are asked directly: the system's lookup holds one of few threads while it waits, and names that are in no DNS do not
// move. Invariant: an answer that fails takes nothing away.
import { Resolver } from 'node:dns/promises';
import type { Milliseconds } from 'liveprofiler-sampler/wire';
import { nameOfPlace } from '../config/addresses.ts';
import { sharing } from '../target.ts';
import type { DnsSource, Target } from '../target.ts';
import { cutTrouble, MOST_TARGETS } from './look.ts';
import type { Found, Look, Trouble } from './look.ts';

export interface NameServers {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

/** A name without any address is often one whose service restarts: its hosts stay that long. */
export const ABSENT_MS: Milliseconds = 5 * 60_000;
const [ATTEMPT_MS, ATTEMPTS] = [2000, 2];

interface Answer {
  /** undefined when nobody knows. */
  readonly addresses: readonly string[] | undefined;
  readonly code?: string;
}

/** A new one for each look: which servers the system asks can change. */
export function systemNameServers(): NameServers {
  return new Resolver({ timeout: ATTEMPT_MS, tries: ATTEMPTS });
}

export function createDnsLook(source: DnsSource, nameServers: () => NameServers, monotonicMs: () => Milliseconds): Look {
  const { hostname } = source.url;
  /** Undefined: nothing was learnt yet. */
  let known: readonly (readonly string[])[] | undefined;
  let absentSinceMs: Milliseconds | undefined;

  return async (): Promise<Found> => {
    const servers = nameServers();
    const answers = await Promise.all([answerOf(servers.resolve4(hostname)), answerOf(servers.resolve6(hostname))]);
    const next = answers.map(({ addresses }, family) => addresses ?? known?.[family] ?? []);
    const absent = next.every((addresses) => addresses.length === 0);
    absentSinceMs = absent ? (absentSinceMs ?? monotonicMs()) : undefined;
    if (absentSinceMs === undefined || monotonicMs() - absentSinceMs >= ABSENT_MS) known = next;
    const failed = answers.find(({ addresses }) => addresses === undefined);
    const addresses = known?.flatMap((family) => [...new Set(family)].sort());
    return {
      targets: addresses?.slice(0, MOST_TARGETS).map((address) => targetAt(address, source)),
      trouble: failed !== undefined ? failure(source, failed.code ?? '') : absent ? absence(source) : cutTrouble(source.name, addresses?.length ?? 0),
    };
  };
}

async function answerOf(asked: Promise<string[]>): Promise<Answer> {
  try {
    return { addresses: await asked };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // No such name, or one without records of this kind.
    return code === 'ENOTFOUND' || code === 'ENODATA' ? { addresses: [] } : { addresses: undefined, code };
  }
}

function targetAt(address: string, source: DnsSource): Target {
  const { protocol, host, port, pathname } = source.url;
  const at = new URL(`${protocol}//${address.includes(':') ? `[${address}]` : address}${port === '' ? '' : `:${port}`}${pathname}`);
  return { name: nameOfPlace(at), url: at, asked: host, ...sharing(source, { dns: nameOfPlace(source.url) }) };
}

function failure({ name, url }: DnsSource, code: string): Trouble {
  return { code, sentence: `No name server answers for ${url.hostname} (${code}): the hosts of ${name} stay as they were last known.` };
}

function absence({ name, url }: DnsSource): Trouble {
  return { code: 'absent', sentence: `There is no address behind ${url.hostname}: check its spelling; it has to be the whole name. The hosts of ${name} stay for ${ABSENT_MS / 60_000} minutes.` };
}
