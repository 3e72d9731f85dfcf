// From `hosts` and the [host ALIAS] sections to the hosts to read. Invariant: no two have one name or one address.
import type { Target } from '../target.ts';
import { MOST_HOSTS } from './addresses.ts';
import type { Reading, Sections } from './sections.ts';
import { readTls } from './tls.ts';
import type { FileReader } from './tls.ts';

const LISTED = 'an entry of hosts';

/** Those that can be made; for each that cannot, there is a complaint. */
export function readTargets(sections: Sections, files: FileReader): readonly Target[] {
  const collector = sections.section('collector');
  const common = collector.values.secret_header;
  const targets: Target[] = [];
  const withoutSecret: (() => string)[] = [];
  /** Address → who has it. */
  const taken = new Map<string, string>();
  const listed = new Set<string>();

  /** `show` gives the name as a message may hold it. */
  function add(target: Omit<Target, 'secret'>, secret: string | undefined, show: () => string): void {
    targets.push({ ...target, secret: secret ?? '' });
    if (secret === undefined) withoutSecret.push(show);
  }

  function addSection(alias: string, reading: Reading<'host'>): void {
    const { address, service, labels, secret_header: own } = reading.values;
    const tls = readTls(reading, address?.url, files);
    if (service !== undefined && labels?.has('service') === true) reading.at('labels').complain('The service is there already, as a key of its own.');
    if (address === undefined) {
      if (!reading.has('address')) reading.at('address').complain('It is missing.');
      return;
    }
    const holder = taken.get(address.name);
    if (holder === undefined) taken.set(address.name, `[host ${alias}]`);
    else reading.at('address').complain(`The address is that of ${holder} too: write it once.`);
    add(
      { name: alias, url: address.url, labels: sorted([...(labels ?? []), ...(service === undefined ? [] : [['service', service] as const])]), ...(tls && { tls }) },
      reading.has('secret_header') ? (own ?? '') : common,
      () => `[host ${alias}]`,
    );
  }

  const at = collector.at('hosts');
  for (const entry of collector.values.hosts ?? []) {
    if (!('alias' in entry)) {
      const holder = taken.get(entry.name);
      if (holder === undefined) add({ ...entry, labels: {} }, common, () => at.show(entry.name));
      else at.complain(`${at.show(entry.name)} is ${holder === LISTED ? 'there twice' : `the address of ${holder} too`}: write it once.`);
      taken.set(entry.name, holder ?? LISTED);
      continue;
    }
    const { alias } = entry;
    const reading = sections.hosts.get(alias);
    if (listed.has(alias)) at.complain(`${at.show(alias)} is there twice: write it once.`);
    else if (reading) addSection(alias, reading);
    else if (!sections.brokenHosts) at.complain(`${at.show(alias)} has no port, and there is no section [host ${at.show(alias)}]: write ${at.show(alias)}:PORT with the port of the service, or that section.`);
    listed.add(alias);
  }
  for (const [alias, reading] of sections.hosts) {
    if (!listed.has(alias)) addSection(alias, reading);
  }

  if (targets.length > MOST_HOSTS) at.complain(`These are more than ${MOST_HOSTS} hosts.`);
  if (listed.size === 0 && targets.length === 0 && sections.hosts.size === 0 && !sections.brokenHosts && (collector.values.hosts !== undefined || !collector.has('hosts'))) {
    at.complain('There is no host: name at least one here, or write a section [host ALIAS].');
  }
  if (common === undefined && !collector.has('secret_header') && (withoutSecret.length > 0 || (targets.length === 0 && sections.hosts.size === 0))) {
    const [first, ...others] = withoutSecret;
    const who = first === undefined ? '' : `, and ${first()} ${others.length === 0 ? 'has' : `and ${others.length} more have`} no secret of its own`;
    collector.at('secret_header').complain(`It is missing${who}.`);
  }
  return targets;
}

function sorted(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
