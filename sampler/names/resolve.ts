// What a frame is called by those who wrote it: its class, its package's version, and its place behind a source map.
// Reads files; one file at a time is in memory, and none is kept. Runs in the thread of names-worker.ts.
import { resolve } from 'node:path';
import { functionsAt } from './classes.ts';
import type { FoundMap } from './files.ts';
import { mapOf, packageVersion, read } from './files.ts';
import { locate, shownUrl, slashed } from './place.ts';
import type { Positions } from './positions.ts';
import { atParameters, positionsIn } from './positions.ts';
import type { Origin } from './source-map.ts';
import { linesOf, originsOf } from './source-map.ts';
import type { Bytes, Frame, Place } from '../profile.ts';

export type Original = Place & { readonly name: string };

/** What became of a batch: by index of the frame asked for, what it is shown as. */
export interface Named {
  readonly frames: readonly Frame[];
  /** By frame: the line in which it ends, in the file that V8 ran; 0 where it is not known. */
  readonly lastLines: readonly number[];
  /** By block asked for: the original line, 1-based, of each line in it; 0 where it is not known. Empty for files without a map. */
  readonly lines: readonly Int32Array[];
  /** Files whose map is missing or broken, and why. */
  readonly faults: readonly { readonly file: string; readonly why: string }[];
  /** The largest file that was read. */
  readonly bytes: Bytes;
}

/** `BLOCK_LINES` lines of a generated file: those that run lie close to each other, and are asked for together. */
export interface LineBlock {
  readonly url: string;
  /** Holds line `block * BLOCK_LINES + 1` and those after it. */
  readonly block: number;
}

export const BLOCK_LINES = 64;

export type FaultyMap = Named['faults'][number];

/** Of a larger source, which is a bundle, the map tells the classes. */
const MAX_SCANNED_BYTES: Bytes = 8 * 2 ** 20;

/** `root` as in `shownUrl`. Whatever cannot be read leaves the frame as V8 named it. */
export function nameFrames(frames: readonly Frame[], root: string, blocks: readonly LineBlock[] = []): Named {
  const versions = new Map<string, string | undefined>();
  const faults: FaultyMap[] = [];
  const shown = new Map<Frame, Frame>();
  const lastLines = new Map<Frame, number>();
  const byFile = new Map<string, Frame[]>();
  const blocksByFile = new Map<string, LineBlock[]>();
  const lines = new Map<LineBlock, Int32Array>();
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
  for (const block of blocks) {
    const { file } = locate(block.url);
    if (file === undefined) continue;
    blocksByFile.set(file, [...(blocksByFile.get(file) ?? []), block]);
    if (!byFile.has(file)) byFile.set(file, []);
  }
  for (const [file, asked] of byFile) {
    const source = read(file);
    if (source === undefined) continue;
    bytes = Math.max(bytes, source.length);
    const positions = source.length > MAX_SCANNED_BYTES || asked.length === 0 ? undefined : positionsIn(source.toString());
    const here = positions === undefined ? asked : atParameters(positions, asked);
    const scanned = positions === undefined ? [] : scan(positions, here);
    const originals = originalsOf(file, source, here, blocksByFile.get(file) ?? []);
    for (const [index, frame] of here.entries()) {
      const name = withClass(frame.name, scanned[index]?.className);
      const of = asked[index] ?? frame;
      lastLines.set(of, scanned[index]?.lastLine ?? 0);
      const original = originals[index];
      shown.set(of, { ...frame, name, url: urlOf(frame), ...(original === undefined ? {} : { original: { ...original, url: urlOf(original) } }) });
    }
  }
  return { frames: frames.map((frame) => shown.get(frame) ?? frame), lastLines: frames.map((frame) => lastLines.get(frame) ?? 0), lines: blocks.map((block) => lines.get(block) ?? NO_LINES), faults, bytes };

  function originalsOf(file: string, source: Buffer, here: readonly Frame[], asked: readonly LineBlock[]): (Original | undefined)[] {
    try {
      const found = mapOf(file, source);
      if (found === undefined) return [];
      bytes = Math.max(bytes, found.bytes);
      for (const [block, of] of blockLines(found.map.mappings, asked)) lines.set(block, of);
      return here.length === 0 ? [] : originals(found, here);
    } catch (error) {
      faults.push({ file, why: error instanceof Error ? error.message : String(error) });
      return [];
    }
  }
}

const NO_LINES = new Int32Array(0);

function blockLines(mappings: Uint8Array, blocks: readonly LineBlock[]): Map<LineBlock, Int32Array> {
  const sorted = [...blocks].sort((a, b) => a.block - b.block);
  const found = linesOf(mappings, sorted.flatMap(({ block }) => Array.from({ length: BLOCK_LINES }, (_, at) => block * BLOCK_LINES + at)));
  return new Map(sorted.map((block) => [block, Int32Array.from({ length: BLOCK_LINES }, (_, at) => (found.get(block.block * BLOCK_LINES + at) ?? -1) + 1)]));
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
  for (const [source, here] of [...texts].sort(([a], [b]) => a - b)) {
    const text = map.contentOf(source);
    if (text === undefined || text.length > MAX_SCANNED_BYTES) continue;
    const indices = here.map((frame) => frames.indexOf(frame));
    const scanned = scan(positionsIn(text), indices.map((index) => ({ ...(found[index] ?? NOWHERE) })), false);
    indices.forEach((index, at) => {
      const original = found[index];
      if (original !== undefined) found[index] = { ...original, name: withClass(original.name, scanned[at]?.className) };
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

interface Scanned {
  /** The class whose member it is. */
  readonly className: string | undefined;
  /** 0 where it is not known. */
  readonly lastLine: number;
}

/** By index of `frames`. `exact`: the source is what V8 ran, so its name must stand there. */
function scan({ text: source, offsetOf, lineOf }: Positions, frames: readonly Original[], exact = true): (Scanned | undefined)[] {
  const offsets = frames.map(({ line, column }) => offsetOf(line, column));
  const sorted = [...new Set(offsets.filter((offset) => offset !== undefined))].sort((a, b) => a - b);
  const functions = functionsAt(source, sorted);
  return frames.map(({ name, line, column }, index) => {
    const offset = offsets[index];
    if (offset === undefined) return undefined;
    const { className, end } = functions.get(offset) ?? {};
    const bare = name.replace(/^(?:[gs]et|async|static) /, '');
    const isThere = name !== '' && (!exact || source.slice(Math.max(0, offset - bare.length - 40), offset).includes(bare));
    // A module is a function of its own, which ends where its file does.
    const isModule = line === 1 && column === 1;
    return { className: isThere ? className : undefined, lastLine: lineOf(isModule ? source.length : (end ?? source.length)) };
  });
}

/** `get area` of class Shape is `get Shape.area`. V8 calls a constructor by its class, and some functions by more than a word. */
function withClass(name: string, className: string | undefined): string {
  const [, before = '', member = ''] = /^((?:[gs]et )?)([\p{ID_Continue}$_#]+)$/u.exec(name) ?? [];
  if (className === undefined || member === '') return name;
  return (member === className ? `new ${className}` : `${before}${className}.${member}`).slice(0, MAX_NAME_LENGTH);
}

/** Bundlers write `webpack://shop/./src/a.ts` where others write a path. */
function sourceUrl(given: unknown, root: string | undefined, folder: string): string {
  const source = typeof given === 'string' ? given : '';
  const named = /^[\w.+-]+:\/\/(?:[^/]*)\/(?:\.\/)?(.*)$/.exec(source);
  if (named !== null && !source.startsWith('file:')) return (named[1] ?? '').replace(/\?\w*$/, '');
  if (source.startsWith('file:')) return source;
  return slashed(resolve(folder, root ?? '', source));
}
