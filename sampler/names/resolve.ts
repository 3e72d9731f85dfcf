// What a frame is called by those who wrote it: its class, its package's version, and its place behind a source map.
// Reads files; one file at a time is in memory, and none is kept. Runs in the thread of names-worker.ts.
import { resolve } from 'node:path';
import { classesAt } from './classes.ts';
import type { FoundMap } from './files.ts';
import { mapOf, packageVersion, read } from './files.ts';
import { locate, shownUrl, slashed } from './place.ts';
import { offsetFinder } from './positions.ts';
import type { Origin } from './source-map.ts';
import { originsOf } from './source-map.ts';
import type { Bytes, Frame, Place } from '../profile.ts';

export type Original = Place & { readonly name: string };

/** What became of a batch: by index of the frame asked for, what it is shown as. */
export interface Named {
  readonly frames: readonly Frame[];
  /** Files whose map is missing or broken, and why. */
  readonly faults: readonly { readonly file: string; readonly why: string }[];
  /** The largest file that was read. */
  readonly bytes: Bytes;
}

export type FaultyMap = Named['faults'][number];

/** Of a larger source, which is a bundle, the map tells the classes. */
const MAX_SCANNED_BYTES: Bytes = 8 * 2 ** 20;

/** `root` as in `shownUrl`. Whatever cannot be read leaves the frame as V8 named it. */
export function nameFrames(frames: readonly Frame[], root: string): Named {
  const versions = new Map<string, string | undefined>();
  const faults: FaultyMap[] = [];
  const shown = new Map<Frame, Frame>();
  const byFile = new Map<string, Frame[]>();
  let bytes = 0;

  const urlOf = (frame: Place): string => {
    const { packageFolder } = locate(frame.url);
    if (packageFolder !== undefined && !versions.has(packageFolder)) versions.set(packageFolder, packageVersion(packageFolder));
    return shownUrl(frame, root, packageFolder === undefined ? undefined : versions.get(packageFolder));
  };

  for (const frame of frames) {
    shown.set(frame, { ...frame, url: urlOf(frame) });
    const { file } = locate(frame.url);
    if (file !== undefined && frame.line > 0) byFile.set(file, [...(byFile.get(file) ?? []), frame]);
  }
  for (const [file, here] of byFile) {
    const source = read(file);
    if (source === undefined) continue;
    bytes = Math.max(bytes, source.length);
    const classes = source.length > MAX_SCANNED_BYTES ? [] : classNames(source.toString(), here);
    const originals = originalsOf(file, source, here);
    for (const [index, frame] of here.entries()) {
      const name = withClass(frame.name, classes[index]);
      const original = originals[index];
      shown.set(frame, { ...frame, name, url: urlOf(frame), ...(original === undefined ? {} : { original: { ...original, url: urlOf(original) } }) });
    }
  }
  return { frames: frames.map((frame) => shown.get(frame) ?? frame), faults, bytes };

  function originalsOf(file: string, source: Buffer, here: readonly Frame[]): (Original | undefined)[] {
    try {
      const found = mapOf(file, source);
      if (found === undefined) return [];
      bytes = Math.max(bytes, found.bytes);
      return originals(found, here);
    } catch (error) {
      faults.push({ file, why: error instanceof Error ? error.message : String(error) });
      return [];
    }
  }
}

function originals({ map, folder }: FoundMap, frames: readonly Frame[]): (Original | undefined)[] {
  // A name stands where the identifier does; V8 tells where the parameters begin, which is right behind it.
  const places = originsOf(map.mappings, frames.map(({ line, column }) => ({ line: line - 1, column: column - 1 })));
  const identifiers = originsOf(map.mappings, frames.map(({ name, line, column }) => ({ line: line - 1, column: Math.max(0, column - 1 - name.length + accessor(name).length) })));
  const texts = new Map<number, Frame[]>();
  const found = frames.map((frame, index): Original | undefined => {
    const place = places[index];
    if (place === undefined) return undefined;
    const written = nameIn(map.names, identifiers[index]) ?? nameIn(map.names, place);
    const name = written === undefined ? frame.name : `${accessor(frame.name)}${written}`;
    return { name, url: sourceUrl(map.sources[place.source], map.sourceRoot, folder).slice(0, MAX_URL_LENGTH), line: place.line + 1, column: place.column + 1 };
  });
  frames.forEach((frame, index) => {
    const source = places[index]?.source;
    if (source !== undefined) texts.set(source, [...(texts.get(source) ?? []), frame]);
  });
  for (const [source, here] of texts) {
    const text = map.contentOf(source);
    if (text === undefined || text.length > MAX_SCANNED_BYTES) continue;
    const indices = here.map((frame) => frames.indexOf(frame));
    const classes = classNames(text, indices.map((index) => ({ ...(found[index] ?? NOWHERE) })), false);
    indices.forEach((index, at) => {
      const original = found[index];
      if (original !== undefined) found[index] = { ...original, name: withClass(original.name, classes[at]) };
    });
  }
  return found;
}

/** What V8 puts before the name of a getter or a setter. */
function accessor(name: string): string {
  return /^[gs]et (?=.)/.exec(name)?.[0] ?? '';
}

const MAX_NAME_LENGTH = 512;
const MAX_URL_LENGTH = 1024;
const NOWHERE: Original = { name: '', url: '', line: 0, column: 0 };

function nameIn(names: readonly unknown[], origin: Origin | undefined): string | undefined {
  const name = origin?.name === undefined ? undefined : names[origin.name];
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME_LENGTH) : undefined;
}

/** By index of `frames`: the class whose member each is. `exact`: the source is what V8 ran, so its name must stand there. */
function classNames(source: string, frames: readonly Original[], exact = true): (string | undefined)[] {
  const offsetOf = offsetFinder(source);
  const offsets = frames.map(({ line, column }) => offsetOf(line, column));
  const sorted = [...new Set(offsets.filter((offset) => offset !== undefined))].sort((a, b) => a - b);
  const classes = classesAt(source, sorted);
  return frames.map(({ name }, index) => {
    const offset = offsets[index];
    if (offset === undefined || name === '') return undefined;
    const bare = name.replace(/^(?:[gs]et|async|static) /, '');
    if (exact && !source.slice(Math.max(0, offset - bare.length - 40), offset).includes(bare)) return undefined;
    return classes.get(offset);
  });
}

/** `get area` of class Shape is `get Shape.area`. V8 calls a constructor by its class, and some functions by more than a word. */
function withClass(name: string, className: string | undefined): string {
  const [, before = '', member = ''] = /^((?:[gs]et )?)([\p{ID_Continue}$_#]+)$/u.exec(name) ?? [];
  if (className === undefined || member === '') return name;
  return member === className ? `new ${className}` : `${before}${className}.${member}`;
}

/** Bundlers write `webpack://shop/./src/a.ts` where others write a path. */
function sourceUrl(given: unknown, root: string | undefined, folder: string): string {
  const source = typeof given === 'string' ? given : '';
  const named = /^[\w.+-]+:\/\/(?:[^/]*)\/(?:\.\/)?(.*)$/.exec(source);
  if (named !== null && !source.startsWith('file:')) return (named[1] ?? '').replace(/\?\w*$/, '');
  if (source.startsWith('file:')) return source;
  return slashed(resolve(folder, root ?? '', source));
}
