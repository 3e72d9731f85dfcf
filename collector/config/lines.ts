// Reads the lines of an INI file with the quoting rules of the `ini` package, and tells what that package drops,
// nests, cuts or overwrites in silence. Invariant: a text without a fault means to `ini` what it means here.
import { unsafe } from 'ini';

export interface Entry {
  readonly line: number;
  /** The value as written. */
  readonly raw: string;
  /** The value meant; undefined when it cannot be told, and then there is a fault. */
  readonly text: string | undefined;
}

export interface Section {
  readonly name: string;
  readonly line: number;
  /** The first of each key. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** First words of lines that could not be read: what is missing may be meant there. */
  readonly unread: ReadonlySet<string>;
}

/** `raw` is the value of the line; never show it without looking at the key. */
export interface LineFault {
  readonly line: number;
  readonly section?: string | undefined;
  readonly key?: string;
  readonly raw?: string;
  readonly why: string;
}

export interface Lines {
  readonly sections: ReadonlyMap<string, Section>;
  readonly faults: readonly LineFault[];
}

interface OpenSection extends Section {
  readonly entries: Map<string, Entry>;
  readonly unread: Set<string>;
}

// The same classes that would keep `ini`'s own patterns from matching a line.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export function readLines(text: string): Lines {
  const sections = new Map<string, OpenSection>();
  const faults: LineFault[] = [];
  /** Undefined before the first header and after one that cannot be read. */
  let open: OpenSection | undefined;
  let sawHeader = false;

  text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).forEach((content, index) => {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || /^[;#]/.test(trimmed)) return;
    if (UNPRINTABLE.test(content.replaceAll('\t', ' '))) faults.push({ line, section: open?.name, why: 'The line holds a control character.' });
    else if (trimmed.startsWith('[')) readHeader(content, line);
    else readEntry(trimmed, line);
  });
  return { sections, faults };

  function readHeader(content: string, line: number): void {
    sawHeader = true;
    open = undefined;
    const name = /^\[([^[\]]*)\]\s*$/.exec(content)?.[1]?.trim();
    if (name === undefined) {
      faults.push({ line, why: headerFault(content) });
      return;
    }
    if (!/^[\w -]+$/.test(name) || name === '__proto__') {
      faults.push({ line, section: name, why: 'A section name is made of letters, digits, "-", "_" and a space, such as [host web]; the address of a host goes in address = below it.' });
      return;
    }
    const known = sections.get(name);
    if (known) faults.push({ line, section: name, why: `The section is there twice, first in line ${known.line}: write it once.` });
    open = known ?? { name, line, entries: new Map(), unread: new Set() };
    sections.set(name, open);
  }

  function readEntry(content: string, line: number): void {
    const equals = content.indexOf('=');
    const section = open?.name;
    const key = content.slice(0, equals).trim();
    if (equals <= 0) {
      open?.unread.add(/^[\w.-]*/.exec(content)?.[0] ?? '');
      faults.push({ line, section, why: equals === 0 ? 'There is no key before "=".' : 'The line has no "=": write key = value, or a section in brackets.' });
      return;
    }
    const raw = content.slice(equals + 1).trim();
    if (open === undefined) {
      if (!sawHeader) faults.push({ line, key, raw, why: 'The key stands before any section: write a section in brackets above it.' });
      return;
    }
    if (!/^[\w-]+$/.test(key) || key === '__proto__') {
      faults.push({ line, section, key, raw, why: 'A key is made of letters, digits, "-" and "_".' });
      return;
    }
    const first = open.entries.get(key);
    if (first) {
      faults.push({ line, section, key, raw, why: `The key is there twice, first in line ${first.line}: write it once.` });
      return;
    }
    const why = valueFault(raw);
    if (why !== undefined) faults.push({ line, section, key, raw, why });
    open.entries.set(key, { line, raw, text: why === undefined ? unsafe(raw) : undefined });
  }
}

function headerFault(content: string): string {
  if (/^\s/.test(content)) return 'A section must begin at the start of its line: remove the space before "[".';
  if (/^\[[^[\]]*\]/.test(content)) return 'Nothing may follow the "]" of a section, not even a comment.';
  return 'This is not a section: write its name between one "[" and one "]".';
}

/** Why `ini` would read something else than what is written. */
function valueFault(raw: string): string | undefined {
  const quote = /^["']/.exec(raw)?.[0];
  if (quote === undefined) {
    return /^(?:[^\\;#]|\\[\s\S])*[;#]/.test(raw)
      ? 'A ";" or "#" would cut the value off there: put the value between double quotes, or a comment on a line of its own.'
      : undefined;
  }
  if (raw.length < 2 || !raw.endsWith(quote)) return `The value opens with ${quote} and does not end with it: close the quotes, and put a comment on a line of its own.`;
  const meaning: unknown = unsafe(raw);
  if (quote === "'") return meaning === raw.slice(1, -1) ? undefined : 'Between single quotes this would be read as something else: use double quotes.';
  return meaning === raw ? 'Double quotes hold text as in JSON: write \\\\ for a backslash and \\" for a quote.' : undefined;
}
