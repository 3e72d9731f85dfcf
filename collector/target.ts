// What the pulling half needs to know of a host and of the limits, whatever the configuration looks like.
import { isDeepStrictEqual } from 'node:util';
import type { Bytes, Labels, Milliseconds } from 'liveprofiler-sampler/wire';
import type { FetchOptions } from './fetch.ts';

export interface Target extends Pick<FetchOptions, 'url' | 'asked' | 'secret' | 'tls'> {
  /** The name used in URLs and in the store. */
  readonly name: string;
  /** Opens what the host tells of its memory; absent when that is not to be asked for. */
  readonly adminSecret?: string | undefined;
  /** The service is one of them. */
  readonly labels: Labels;
  /** The name of the source that brought it; absent when the configuration names it itself. */
  readonly source?: string | undefined;
}

/** Where hosts come from that come and go by themselves. */
export type Source = DnsSource | FileSource;

/** What all hosts of a source share. */
export type Shared = Pick<Target, 'secret' | 'adminSecret' | 'labels' | 'tls'>;

export interface DnsSource extends Shared {
  readonly kind: 'dns';
  /** As it is written, such as `dns:web.internal:8000`. */
  readonly name: string;
  /** With the name that is resolved. */
  readonly url: URL;
}

export interface FileSource extends Shared {
  readonly kind: 'file';
  /** As it is written, such as `file:hosts.json`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Under `own` labels, which win. Keys sorted, as those of every host. */
export function sharing({ name, secret, adminSecret, labels, tls }: Source, own: Labels): Pick<Target, keyof Shared | 'source'> {
  const all = Object.entries({ ...labels, ...own }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { secret, ...(adminSecret !== undefined && { adminSecret }), ...(tls !== undefined && { tls }), labels: Object.fromEntries(all), source: name };
}

export interface Limits {
  readonly intervalMs: Milliseconds;
  readonly timeoutMs: Milliseconds;
  readonly maxBytes: Bytes;
}

export interface Settings extends Limits {
  readonly hosts: readonly Target[];
  /** Names are unique. */
  readonly sources: readonly Source[];
  /** Pulls at the same time, at most. */
  readonly concurrency: number;
}

export function isSame(one: Target | Source, other: Target | Source | undefined): boolean {
  return other !== undefined && isDeepStrictEqual(plain(one), plain(other));
}

/** URL objects compare by identity of their insides; their text is what counts. */
function plain(one: Target | Source): object {
  return 'url' in one ? { ...one, url: one.url.href } : one;
}
