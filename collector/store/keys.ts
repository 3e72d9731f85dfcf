// Which keys the embedded engine has, in the order of their parts: a host's windows of one kind are one range, by start.
import type { KeyRange } from './key-parts.ts';
import { fixed, readFixed, readText, text } from './key-parts.ts';

/** First byte of every key. */
export const SPACE = {
  format: 0x01,
  memory: 0x02,
  dictionary: 0x03,
  page: 0x04,
  /** Identities as format 1 had them: without the host. */
  formerIdentity: 0x05,
  header: 0x06,
  payload: 0x07,
  mark: 0x08,
  whole: 0x09,
  past: 0x0a,
  pin: 0x0b,
  block: 0x0c,
  identity: 0x0d,
} as const;

export interface WindowKey {
  readonly tier: number;
  readonly host: string;
  readonly kind: string;
  readonly startUs: number;
  readonly boot: string;
  readonly thread: number;
  readonly firstSeq: number;
}

type WindowSpace = typeof SPACE.header | typeof SPACE.payload | typeof SPACE.block;

/** Windows of one kind of one host. */
export interface Series {
  readonly host: string;
  readonly kind: string;
}

export function windowKey(space: WindowSpace, key: WindowKey): Buffer {
  return Buffer.concat([
    kindPrefix(space, key.tier, key.host, key.kind),
    fixed(key.startUs),
    text(key.boot),
    fixed(key.thread),
    fixed(key.firstSeq),
  ]);
}

export function readWindowKey(key: Buffer): WindowKey {
  const tier = key[1] ?? 0;
  const [host, afterHost] = readText(key, 2);
  const [kind, afterKind] = readText(key, afterHost);
  const [boot, afterBoot] = readText(key, afterKind + 8);
  return {
    tier,
    host,
    kind,
    startUs: readFixed(key, afterKind),
    boot,
    thread: readFixed(key, afterBoot),
    firstSeq: readFixed(key, afterBoot + 8),
  };
}

/** Reads keys of headers of one series and tier, whose first part is the same. */
export function windowKeysOf(tier: number, { host, kind }: Series): (key: Buffer) => WindowKey {
  const at = kindPrefix(SPACE.header, tier, host, kind).length;
  return (key) => {
    const [boot, afterBoot] = readText(key, at + 8);
    return { tier, host, kind, startUs: readFixed(key, at), boot, thread: readFixed(key, afterBoot), firstSeq: readFixed(key, afterBoot + 8) };
  };
}

export function tierPrefix(space: WindowSpace, tier: number): Buffer {
  return Buffer.from([space, tier]);
}

export function hostPrefix(space: WindowSpace, tier: number, host: string): Buffer {
  return Buffer.concat([tierPrefix(space, tier), text(host)]);
}

export function kindPrefix(space: WindowSpace, tier: number, host: string, kind: string): Buffer {
  return Buffer.concat([hostPrefix(space, tier, host), text(kind)]);
}

/** Half-open bounds of a host's windows of one kind that start in [fromUs, untilUs). */
export function windowBounds(space: WindowSpace, tier: number, host: string, kind: string, fromUs: number, untilUs: number): KeyRange {
  const prefix = kindPrefix(space, tier, host, kind);
  return { gte: Buffer.concat([prefix, fixed(fromUs)]), lt: Buffer.concat([prefix, fixed(untilUs)]) };
}

export function formatKey(): Buffer {
  return Buffer.from([SPACE.format]);
}

export function memoryKey(host: string): Buffer {
  return Buffer.concat([Buffer.from([SPACE.memory]), text(host)]);
}

export function readMemoryKey(key: Buffer): string {
  return readText(key, 1)[0];
}

/**
 * One per (host, boot, thread, kind); followed by lastSeq it is the key of one window's identity, or of many that are
 * past. The host is part of it, so that no host can claim what another one's processes are called.
 */
export function identityPrefix(space: typeof SPACE.identity | typeof SPACE.past, { host, boot, thread, kind }: Pick<WindowKey, 'host' | 'boot' | 'thread' | 'kind'>): Buffer {
  return Buffer.concat([Buffer.from([space]), text(host), text(boot), fixed(thread), text(kind)]);
}

export function identityKey(prefix: Buffer, lastSeq: number): Buffer {
  return Buffer.concat([prefix, fixed(lastSeq)]);
}

/** A bucket whose roll-up does not hold all its windows. */
export interface MarkKey extends Series {
  readonly tier: number;
  readonly bucketUs: number;
}

export function markKey({ tier, host, kind, bucketUs }: MarkKey): Buffer {
  return Buffer.concat([Buffer.from([SPACE.mark, tier]), text(host), text(kind), fixed(bucketUs)]);
}

export function readMarkKey(key: Buffer): MarkKey {
  const [host, afterHost] = readText(key, 2);
  const [kind, afterKind] = readText(key, afterHost);
  return { tier: key[1] ?? 0, host, kind, bucketUs: readFixed(key, afterKind) };
}

/** Where nothing of a series has been dropped. */
export function wholeKey({ host, kind }: Series): Buffer {
  return Buffer.concat([Buffer.from([SPACE.whole]), text(host), text(kind)]);
}

export function readWholeKey(key: Buffer): Series {
  const [host, afterHost] = readText(key, 1);
  return { host, kind: readText(key, afterHost)[0] };
}

export function pinKey(id: string): Buffer {
  return Buffer.concat([Buffer.from([SPACE.pin]), text(id)]);
}

export interface DictionaryKey {
  readonly tier: number;
  /** The stretch of time it serves, µs since 1970, half-open. */
  readonly fromUs: number;
  readonly untilUs: number;
  /** Whose windows share it. */
  readonly scope: string;
  readonly id: number;
}

export function dictionaryKey({ tier, fromUs, untilUs, scope, id }: DictionaryKey): Buffer {
  return Buffer.concat([Buffer.from([SPACE.dictionary, tier]), fixed(untilUs), fixed(fromUs), text(scope), fixed(id)]);
}

export function readDictionaryKey(key: Buffer): DictionaryKey {
  const [scope, afterScope] = readText(key, 18);
  return { tier: key[1] ?? 0, untilUs: readFixed(key, 2), fromUs: readFixed(key, 10), scope, id: readFixed(key, afterScope) };
}

export function pagePrefix(dictionary: number): Buffer {
  return Buffer.concat([Buffer.from([SPACE.page]), fixed(dictionary)]);
}

export function readPageKey(key: Buffer): { readonly dictionary: number; readonly page: number } {
  return { dictionary: readFixed(key, 1), page: readFixed(key, 9) };
}

export function pageKey(dictionary: number, page: number): Buffer {
  return Buffer.concat([pagePrefix(dictionary), fixed(page)]);
}
