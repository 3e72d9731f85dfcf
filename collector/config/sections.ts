// From lines to typed values: each key by its description, each fault at its place, nothing missed for another's fault.
import { isAlias } from './addresses.ts';
import { expand } from './environment.ts';
import type { Environment } from './environment.ts';
import type { Fault } from './fault.ts';
import { KEYS } from './keys.ts';
import type { KeySpec, SectionName, Values } from './keys.ts';
import { readLines } from './lines.ts';
import type { Section } from './lines.ts';
import { nearest } from './nearest.ts';
import { createSpot, faultAt } from './spot.ts';
import type { Spot } from './spot.ts';

export interface Reading<S extends SectionName> {
  /** With fallbacks; a key without value and fallback, or with a fault, is not in it. */
  readonly values: Partial<Values[S]>;
  /** Whether the file says something for this key, be it faulty or misspelt. */
  readonly has: (key: keyof Values[S] & string) => boolean;
  /** Where to complain about a key, there or missing. */
  readonly at: (key: keyof Values[S] & string) => Spot;
}

export interface Sections {
  section<S extends Exclude<SectionName, 'host'>>(name: S): Reading<S>;
  /** By alias, in the order of the file. */
  readonly hosts: ReadonlyMap<string, Reading<'host'>>;
  /** A header could not be used that may have meant a host. */
  readonly brokenHosts: boolean;
}

const NAMES = Object.keys(KEYS) as SectionName[];
const HOST_SECTION = 'host ALIAS';

export function readSections(text: string, env: Environment, report: (fault: Fault) => void): Sections {
  const lines = readLines(text);
  for (const { section, key, raw, line, why } of lines.faults) {
    const spec = specOf(section, key);
    report(faultAt({ line, section, key, raw, allowed: spec?.type.allowed, hidden: spec === undefined || spec.hides?.test(raw ?? '') === true }, why));
  }
  const misspelt = new Set<SectionName>();
  for (const { name, line } of lines.sections.values()) {
    if (kindOf(name) !== undefined) continue;
    const { why, meant } = unknownSection(name);
    if (meant) misspelt.add(meant);
    report(faultAt({ line, section: name, hidden: true }, why));
  }
  const readings = new Map(NAMES.filter((name) => name !== 'host').map((name: SectionName) => [name, readSection(name, name, lines.sections.get(name), misspelt.has(name), env, report)]));
  const hosts = [...lines.sections.values()].filter(({ name }) => kindOf(name) === 'host');
  return {
    section: <S extends SectionName>(name: S) => readings.get(name) as Reading<S>,
    hosts: new Map(hosts.map((section) => [aliasOf(section.name), readSection('host', section.name, section, false, env, report)])),
    brokenHosts: misspelt.has('host') || lines.faults.some(({ key, section }) => key === undefined && (section === undefined || section.startsWith('host'))),
  };
}

function readSection<S extends SectionName>(kind: S, name: string, section: Section | undefined, misspelt: boolean, env: Environment, report: (fault: Fault) => void): Reading<S> {
  const specs = new Map(Object.entries<KeySpec<unknown>>(KEYS[kind]));
  const meant = new Set(section?.unread);
  const placeOf = (key: string, spec: KeySpec<unknown>) => {
    const { line, raw } = section?.entries.get(key) ?? { line: section?.line };
    return { line, section: name, key, raw, allowed: spec.type.allowed, hidden: spec.hides?.test(raw ?? '') === true };
  };

  for (const [key, { line, raw }] of section?.entries ?? []) {
    if (specs.has(key)) continue;
    const { why, instead } = unknownKey(key, kind);
    if (instead !== undefined) meant.add(instead);
    report(faultAt({ line, section: name, key, raw, allowed: [...specs.keys()].join(', '), hidden: true }, why));
  }

  const values: Record<string, unknown> = {};
  for (const [key, spec] of specs) {
    const entry = section?.entries.get(key);
    const value = entry ? readValue(entry.text, spec, createSpot(placeOf(key, spec), report), env) : fallbackOf(spec);
    if (value !== undefined) values[key] = value;
  }
  return {
    values: values as Partial<Values[S]>,
    has: (key) => misspelt || meant.has(key) || section?.entries.has(key) === true,
    at(key) {
      const spec = specs.get(key);
      if (spec === undefined) throw new TypeError(`${key} is not a key of ${kind}`);
      return createSpot(placeOf(key, spec), report);
    },
  };
}

function readValue(text: string | undefined, spec: KeySpec<unknown>, spot: Spot, env: Environment): unknown {
  // The lines have told what is wrong with it.
  if (text === undefined) return undefined;
  const expanded = expand(text, env);
  if ('faults' in expanded) {
    expanded.faults.forEach(spot.complain);
    return undefined;
  }
  if (expanded.text.trim() === '') {
    if (spec.empty === undefined) spot.complain(text.trim() === '' ? 'It is empty: write a value, or remove the line.' : 'It is empty once its variables are filled in.');
    return spec.empty;
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(expanded.text)) {
    spot.complain('It holds a control character, such as the end of a line.');
    return undefined;
  }
  if (expanded.text !== expanded.text.trim()) {
    spot.complain('It begins or ends with a space.');
    return undefined;
  }
  return spec.type.parse(expanded.text, spot);
}

function fallbackOf({ fallback, type }: KeySpec<unknown>): unknown {
  if (fallback === undefined) return undefined;
  return type.parse(fallback, {
    complain(why) {
      throw new TypeError(`The fallback ${fallback} is none: ${why}`);
    },
    show: (part) => part,
  });
}

function kindOf(name: string): SectionName | undefined {
  if (name.startsWith('host ')) return isAlias(aliasOf(name)) ? 'host' : undefined;
  return NAMES.find((known) => known === name && known !== 'host');
}

function aliasOf(name: string): string {
  return name.slice('host '.length);
}

function specOf(section: string | undefined, key: string | undefined): KeySpec<unknown> | undefined {
  const kind = section === undefined ? undefined : kindOf(section);
  return kind === undefined ? undefined : Object.entries<KeySpec<unknown>>(KEYS[kind]).find(([name]) => name === key)?.[1];
}

function unknownSection(name: string): { readonly why: string; readonly meant: SectionName | undefined } {
  if (/^host(\s|$)/.test(name)) return { meant: 'host', why: 'A host is written [host ALIAS], with one space and an ALIAS of at most 64 letters, digits, "-" and "_".' };
  const meant = NAMES.find((known) => known === nearest(name.split(' ')[0] ?? '', NAMES));
  const suggestion = meant === undefined ? '' : ` Did you mean [${meant === 'host' ? HOST_SECTION : meant}]?`;
  return { meant, why: `There is no such section.${suggestion} There are ${NAMES.map((known) => `[${known === 'host' ? HOST_SECTION : known}]`).join(', ')}.` };
}

function unknownKey(key: string, kind: SectionName): { readonly why: string; readonly instead: string | undefined } {
  const instead = nearest(key, Object.keys(KEYS[kind]));
  const elsewhere = NAMES.filter((name) => Object.hasOwn(KEYS[name], key)).map((name) => `[${name === 'host' ? HOST_SECTION : name}]`);
  if (elsewhere.length > 0) return { instead, why: `There is no such key here; it belongs in ${elsewhere.join(' or ')}.` };
  return { instead, why: `There is no such key.${instead === undefined ? '' : ` Did you mean ${instead}?`}` };
}
