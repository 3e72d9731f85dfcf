// What naming reads from disk: sources, their maps, package.json. Each file within a bound, all off the main thread.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bytes } from '../profile.ts';
import type { MapJson } from './source-map.ts';

export const MAX_SOURCE_BYTES: Bytes = 64 * 2 ** 20;
export const MAX_MAP_BYTES: Bytes = 128 * 2 ** 20;

export interface FoundMap {
  readonly map: MapJson;
  /** What its sources are relative to. */
  readonly folder: string;
}

/** undefined when it is not there, or larger than `most`. */
export function read(file: string, most: Bytes): string | undefined {
  try {
    return statSync(file).size > most ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The map that a source names in its last lines; undefined when it names none.
 * @throws when the map is not there, too large, or no map.
 */
export function mapOf(file: string, source: string): FoundMap | undefined {
  const url = mapUrl(source);
  if (url === undefined) return undefined;
  const inline = /^data:application\/json[^,]*?(;base64)?,/.exec(url);
  if (inline !== null) {
    const data = url.slice(inline[0].length);
    return { map: parsed(inline[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString()), folder: dirname(file) };
  }
  const path = url.startsWith('file:') ? fileURLToPath(url) : resolve(dirname(file), decodeURIComponent(url));
  const json = read(path, MAX_MAP_BYTES);
  if (json === undefined) throw new Error('it is not there, or too large');
  return { map: parsed(json), folder: dirname(path) };
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

function mapUrl(source: string): string | undefined {
  const at = Math.max(source.lastIndexOf('//# sourceMappingURL='), source.lastIndexOf('//@ sourceMappingURL='));
  if (at < 0) return undefined;
  const [, url] = /^\S+ sourceMappingURL=(\S+)\s*$/.exec(source.slice(at)) ?? [];
  return url;
}

function parsed(json: string): MapJson {
  const map = JSON.parse(json) as Partial<MapJson>;
  const { sources, mappings } = map;
  if (!Array.isArray(sources) || typeof mappings !== 'string') throw new Error('it is no source map');
  return { ...map, sources, mappings };
}
