// What naming reads from disk: sources, their maps, package.json. Each file within a bound, all off the main thread.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bytes } from '../profile.ts';
import type { MapFile } from './map-file.ts';
import { openMap } from './map-file.ts';

const MAX_FILE_BYTES: Bytes = 128 * 2 ** 20;

export interface FoundMap {
  readonly map: MapFile;
  readonly bytes: Bytes;
  /** What its sources are relative to. */
  readonly folder: string;
}

const MARKS = ['//# sourceMappingURL=', '//@ sourceMappingURL='];
const INLINE = /^data:application\/json[^,]{0,100}?(;base64)?,/;

/** undefined when it is not there, no plain file, or too large. */
export function read(file: string): Buffer | undefined {
  try {
    const found = statSync(file);
    // A device could be read for ever.
    return !found.isFile() || found.size > MAX_FILE_BYTES ? undefined : readFileSync(file);
  } catch {
    return undefined;
  }
}

/**
 * The map that a source names at its end; undefined when it names none.
 * @throws Error in words when the map is not there, too large, or no map.
 */
export function mapOf(file: string, source: Buffer): FoundMap | undefined {
  const url = mapUrl(source);
  if (url === undefined) return undefined;
  const inline = INLINE.exec(url.toString('latin1', 0, 200));
  if (inline !== null) {
    const data = url.toString('latin1', inline[0].length);
    const json = inline[1] === undefined ? Buffer.from(decodeURIComponent(data)) : Buffer.from(data, 'base64');
    return { map: openMap(json), bytes: json.length, folder: dirname(file) };
  }
  const name = url.toString();
  const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(dirname(file), decodeURIComponent(name));
  const json = read(path);
  if (json === undefined) throw new Error('it is not there, or too large');
  return { map: openMap(json), bytes: json.length, folder: dirname(path) };
}

/** `version` of a package.json; undefined where there is none. */
export function packageVersion(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { readonly version?: unknown };
    return typeof version === 'string' && /^[\w.+-]{1,64}$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

function mapUrl(source: Buffer): Buffer | undefined {
  const at = Math.max(...MARKS.map((mark) => source.lastIndexOf(mark)));
  if (at < 0) return undefined;
  let start = at + (MARKS[0]?.length ?? 0);
  const newline = source.indexOf('\n', start);
  let end = newline < 0 ? source.length : newline;
  while (end > start && (source[end - 1] ?? 0) <= 0x20) end--;
  while (start < end && (source[start] ?? 0) <= 0x20) start++;
  // What a program prints or searches for is in the midst of it, with code behind it.
  const rest = newline < 0 ? '' : source.toString('latin1', newline, newline + 200).trim();
  return rest === '' && end > start && source.subarray(start, end).indexOf(' ') < 0 ? source.subarray(start, end) : undefined;
}
