// Takes a source map apart as bytes: of a map of many megabytes only what is asked for becomes text. Pure.
import type { Bytes } from '../profile.ts';

export interface MapFile {
  readonly sources: readonly unknown[];
  readonly names: readonly unknown[];
  readonly sourceRoot: string | undefined;
  /** Base64 VLQ. */
  readonly mappings: Uint8Array;
  /** Text of one source, where the map carries it and it is not far too large. Quick when asked in ascending order. */
  contentOf(source: number): string | undefined;
}

/** What is parsed becomes much larger, and more than the thread may take would end the whole process. */
const MOST_PARSED_BYTES: Bytes = 16 * 2 ** 20;
const MEMBERS = new Set(['sources', 'names', 'sourceRoot', 'mappings', 'sourcesContent']);
const LONGEST_MEMBER = 20;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** @throws Error in words when it is none. */
export function openMap(json: Buffer): MapFile {
  const members = membersOf(json);
  const parsed = (name: string): unknown => {
    const bytes = members.get(name);
    if (bytes !== undefined && bytes.length > MOST_PARSED_BYTES) throw new Error(`its ${name} take ${bytes.length} bytes, and ${MOST_PARSED_BYTES} are allowed`);
    return bytes === undefined ? undefined : JSON.parse(bytes.toString());
  };
  const [sources, names, sourceRoot] = ['sources', 'names', 'sourceRoot'].map(parsed);
  const mappings = members.get('mappings');
  if (!Array.isArray(sources) || mappings?.[0] !== QUOTE) throw new Error('it is no source map');
  const elementOf = elementsOf(members.get('sourcesContent') ?? Buffer.alloc(0));
  return {
    sources: sources as unknown[],
    names: Array.isArray(names) ? (names as unknown[]) : [],
    sourceRoot: typeof sourceRoot === 'string' ? sourceRoot : undefined,
    mappings: mappings.subarray(1, -1),
    contentOf(source) {
      const bytes = elementOf(source);
      const content: unknown = bytes === undefined || bytes.length > MOST_PARSED_BYTES ? undefined : JSON.parse(bytes.toString());
      return typeof content === 'string' ? content : undefined;
    },
  };
}

/** The bytes of each member's value. */
function membersOf(json: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  let at = json.indexOf('{');
  while (at >= 0 && at < json.length && !CLOSING.has(json[at] ?? 0)) {
    const start = json.indexOf(QUOTE, at);
    if (start < 0) break;
    const end = afterString(json, start);
    const colon = json.indexOf(COLON, end);
    if (colon < 0) break;
    at = afterValue(json, colon + 1);
    const name = json.toString('latin1', start + 1, Math.min(end - 1, start + 1 + LONGEST_MEMBER));
    if (MEMBERS.has(name)) members.set(name, trimmed(json, colon + 1, at));
  }
  return members;
}

/** Goes on where the last one was found. */
function elementsOf(array: Buffer): (index: number) => Buffer | undefined {
  let [element, at] = [0, 1];
  return (index) => {
    if (index < element) [element, at] = [0, 1];
    for (; at < array.length - 1; element++) {
      const end = afterValue(array, at);
      if (element === index) return trimmed(array, at, end);
      at = end + 1;
    }
    return undefined;
  };
}

/** Where the value that starts at `at` ends: at a comma or a closing bracket. */
function afterValue(json: Buffer, at: number): number {
  let depth = 0;
  let end = at;
  while (end < json.length) {
    const sign = json[end] ?? 0;
    if (sign === QUOTE) {
      end = afterString(json, end);
      continue;
    }
    if (depth === 0 && (sign === COMMA || CLOSING.has(sign))) return end;
    if (OPENING.has(sign)) depth++;
    else if (CLOSING.has(sign)) depth--;
    end++;
  }
  return end;
}

function afterString(json: Buffer, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  throw new Error('it breaks off');
}

function trimmed(json: Buffer, start: number, end: number): Buffer {
  let [from, until] = [start, end];
  while (from < until && (json[from] ?? 0) <= 0x20) from++;
  while (until > from && (json[until - 1] ?? 0) <= 0x20) until--;
  return json.subarray(from, until);
}
