// The list of hosts in a file, in Prometheus' form for such files: [{ "targets": ["web:8000"], "labels": { … } }]. Pure.
// Whoever writes the file is believed in whole or not at all.
import { parseEntry } from '../config/addresses.ts';
import { printable } from '../config/fault.ts';
import { createSpot } from '../config/spot.ts';
import type { Target } from '../target.ts';
import { MOST_TARGETS } from './look.ts';

export interface HostList {
  /** Each place once, by the first group that names it; the first `MOST_TARGETS`. */
  readonly hosts: readonly Pick<Target, 'name' | 'url' | 'labels'>[];
  /** Of different places. */
  readonly count: number;
  /** Sentences; when there is one, no host counts. */
  readonly faults: readonly string[];
}

const MOST_FAULTS = 10;
const LABEL = /^[A-Za-z_][\w.-]{0,199}$/;
const LONGEST_VALUE = 1000;
const MOST_LABELS = 100;
/** An address that may hold a password is not shown. */
const CREDENTIALS = /[@?]/;

export function readHostList(text: string): HostList {
  const faults: string[] = [];
  const places = new Map<string, HostList['hosts'][number]>();
  const complain = (why: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(why);
  };

  function readGroup(group: unknown, number: number): void {
    const at = `Group ${number}`;
    const members = membersOf(group);
    const targets = members?.get('targets');
    const stray = [...(members?.keys() ?? [])].find((key) => key !== 'targets' && key !== 'labels');
    if (members === undefined) complain(`${at} is not an object with targets and labels.`);
    else if (stray !== undefined) complain(`${at} holds ${JSON.stringify(printable(stray))}: there are only targets and labels.`);
    else if (!Array.isArray(targets)) complain(`${at} has no list of targets.`);
    else {
      const labels = readLabels(members.get('labels'), at);
      for (const item of targets as unknown[]) readTarget(item, labels, at);
    }
  }

  function readTarget(item: unknown, labels: Target['labels'], at: string): void {
    if (typeof item !== 'string') {
      complain(`${at} has a target that is no text.`);
      return;
    }
    const spot = createSpot({ raw: item, hidden: CREDENTIALS.test(item) }, ({ why }) => { complain(`${at}: ${why}`); });
    for (const { name, url } of parseEntry(item.trim(), spot, MOST_TARGETS + 1) ?? []) {
      if (!places.has(name)) places.set(name, { name, url, labels });
    }
  }

  function readLabels(given: unknown, at: string): Target['labels'] {
    const members = given === undefined ? new Map<string, unknown>() : membersOf(given);
    if (members === undefined) complain(`${at} has labels that are not names with values.`);
    else if (members.size > MOST_LABELS) complain(`${at} has more than ${MOST_LABELS} labels.`);
    // Those with two underscores are Prometheus' own, and an empty value is none.
    const own = [...(members ?? [])].filter(([name, value]) => !name.startsWith('__') && value !== '');
    for (const [name, value] of own) {
      if (!LABEL.test(name)) complain(`${at}: ${JSON.stringify(printable(name))} is not a label name: it begins with a letter and holds letters, digits, "_", "-" and ".".`);
      else if (typeof value !== 'string' || value.length > LONGEST_VALUE || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) complain(`${at}: the label ${name} is no text of at most ${LONGEST_VALUE} characters in one line.`);
    }
    return Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1))) as Target['labels'];
  }

  let groups: unknown;
  try {
    groups = JSON.parse(text);
  } catch {
    return { hosts: [], count: 0, faults: ['The file is not whole JSON.'] };
  }
  if (Array.isArray(groups)) groups.forEach((group, index) => { readGroup(group, index + 1); });
  else complain('The file is not a list of groups such as [{ "targets": ["web:8000"] }].');
  return { hosts: faults.length > 0 ? [] : [...places.values()].slice(0, MOST_TARGETS), count: places.size, faults };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
}
