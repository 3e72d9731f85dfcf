// What is wrong with a configuration, all at once. Invariant: every text in a fault is fit for a terminal,
// and none holds a secret or a value of the environment.

export interface Fault {
  /** 1-based; absent where something is missing, or the file as a whole is meant. */
  readonly line?: number;
  /** Without brackets, such as `collector` or `host web`. */
  readonly section?: string;
  readonly key?: string;
  /** As written in the file, before variables were filled in, or `(hidden)`. */
  readonly value?: string;
  /** Whole sentences. */
  readonly why: string;
  /** Without a period, such as `a duration from 1s to 1h`. */
  readonly allowed?: string;
}

export const HIDDEN = '(hidden)';
/** Faults that the message spells out; `faults` holds all. */
const MOST_TOLD = 100;
const LONGEST_SHOWN = 100;

export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  /** By line; those without a line come last. At least one. */
  readonly faults: readonly Fault[];

  /** `source` is the path of the file. */
  constructor(source: string, faults: readonly Fault[], cause?: unknown) {
    const sorted = faults.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
    const more = sorted.length - MOST_TOLD;
    super(
      [
        `The configuration ${printable(source)} has ${sorted.length === 1 ? '1 fault' : `${sorted.length} faults`}:`,
        ...sorted.slice(0, MOST_TOLD).map((fault) => `  ${sentence(fault)}`),
        ...(more > 0 ? [`  … and ${more} more`] : []),
      ].join('\n'),
      cause === undefined ? undefined : { cause },
    );
    this.name = 'ConfigError';
    this.faults = sorted;
  }
}

function sentence({ line, section, key, value, why, allowed }: Fault): string {
  const place = [
    ...(line === undefined ? [] : [`line ${line}:`]),
    ...(section === undefined ? [] : [`[${section}]`]),
    ...(key === undefined ? [] : [key]),
    ...(value === undefined ? [] : [`= ${value === '' ? '(empty)' : value}`]),
  ].join(' ');
  const colon = place === '' || place.endsWith(':') ? '' : ':';
  return `${place}${colon} ${why}${allowed === undefined ? '' : ` Allowed: ${allowed}.`}`.trimStart();
}

/** Text from outside, in one line of bearable length: what could steer a terminal or hide is spelled out. */
export function printable(text: string): string {
  const cut = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
