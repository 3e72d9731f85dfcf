// From `hosts` and the [host ALIAS] sections to the hosts to read, and to where more come from. Invariant: no two have one
// name or one address.
import { readHostList } from '../sources/host-list.ts';
import type { Source, Target } from '../target.ts';
import { MOST_HOSTS } from './addresses.ts';
import type { Address, Place } from './addresses.ts';
import { whyUnreadable } from './files.ts';
import type { Reading, Sections } from './sections.ts';
import type { Spot } from './spot.ts';
import { readTls } from './tls.ts';
import type { FileReader } from './tls.ts';

const LISTED = 'an entry of hosts';
const SAME_SECRET = 'secret_header and admin_secret are the same, and no sampler takes one for both: whoever may read profiles must not obtain heap contents.';
/** Each is looked at every few seconds. */
const MOST_SOURCES = 100;

/** Those that can be made; for each that cannot, there is a complaint. The path of a file is as written. */
export function readTargets(sections: Sections, files: FileReader): { readonly hosts: readonly Target[]; readonly sources: readonly Source[] } {
  const collector = sections.section('collector');
  const common = collector.values.secret_header;
  const { admin_secret: commonAdmin } = collector.values;
  const targets: Target[] = [];
  const sources = new Map<string, Source>();
  const withoutSecret: (() => string)[] = [];
  /** Address → who has it. */
  const taken = new Map<string, string>();
  const listed = new Set<string>();

  /** `show` gives the name as a message may hold it. */
  function add(target: Omit<Target, 'secret' | 'adminSecret'>, secret: string | undefined, show: () => string, adminSecret = commonAdmin): void {
    targets.push({ ...target, secret: secret ?? '', ...(adminSecret !== undefined && { adminSecret }) });
    if (secret === undefined) withoutSecret.push(show);
  }

  function addSection(alias: string, reading: Reading<'host'>): void {
    const { address, service, labels, secret_header: own, admin_secret: ownAdmin } = reading.values;
    const tls = readTls(reading, address === undefined || 'file' in address ? undefined : 'dns' in address ? address.dns.url : address.url, files);
    if (service !== undefined && labels?.has('service') === true) reading.at('labels').complain('The service is there already, as a key of its own.');
    if (address === undefined) {
      if (!reading.has('address')) reading.at('address').complain('It is missing.');
      return;
    }
    const secret = reading.has('secret_header') ? (own ?? '') : common;
    const shared = { labels: sorted([...(labels ?? []), ...(service === undefined ? [] : [['service', service] as const])]), ...(tls && { tls }) };
    const show = (): string => `[host ${alias}]`;
    if ('dns' in address || 'file' in address) addSource(address, reading.at('address'), shared, secret, ownAdmin, show);
    else {
      const holder = taken.get(address.name);
      if (holder === undefined) taken.set(address.name, `[host ${alias}]`);
      else reading.at('address').complain(`The address is that of ${holder} too: write it once.`);
      add({ name: alias, url: address.url, ...shared }, secret, show, ownAdmin);
    }
    const admin = ownAdmin ?? commonAdmin;
    if ((own ?? ownAdmin) !== undefined && admin !== undefined && admin === (own ?? common)) reading.at(ownAdmin === undefined ? 'secret_header' : 'admin_secret').complain(SAME_SECRET);
  }

  /** `at`: where it is written. */
  function addSource(entry: Exclude<Place, Address>, at: Spot, { labels, tls }: Pick<Target, 'labels' | 'tls'>, secret: string | undefined, adminSecret = commonAdmin, show?: () => string): void {
    const shared = { secret: secret ?? '', ...(adminSecret !== undefined && { adminSecret }), labels, ...(tls && { tls }) };
    const source: Source = 'dns' in entry ? { kind: 'dns', name: `dns:${entry.dns.name}`, url: entry.dns.url, ...shared } : { kind: 'file', name: `file:${entry.file}`, path: entry.file, ...shared };
    const shown = at.show('file' in entry ? entry.file : entry.dns.name);
    if (sources.has(source.name)) at.complain(`${source.kind}:${shown} is there twice: write it once.`);
    else if (sources.size === MOST_SOURCES) at.complain(`These are more than ${MOST_SOURCES} entries with dns: or file:.`);
    else if (source.kind === 'file') for (const fault of faultsOf(source.path)) at.complain(`${shown}: ${fault}`);
    sources.set(source.name, source);
    if (secret === undefined) withoutSecret.push(show ?? (() => `${source.kind}:${shown}`));
  }

  /** A file that does not read is told at the start; later ones leave what was read before. */
  function faultsOf(path: string): readonly string[] {
    try {
      return readHostList(files(path)).faults;
    } catch (error) {
      return [whyUnreadable(error)];
    }
  }

  const at = collector.at('hosts');
  for (const entry of collector.values.hosts ?? []) {
    if ('dns' in entry || 'file' in entry) {
      addSource(entry, at, { labels: {} }, common);
      continue;
    }
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

  if (common !== undefined && commonAdmin === common) collector.at('admin_secret').complain(SAME_SECRET);
  if (targets.length > MOST_HOSTS) at.complain(`These are more than ${MOST_HOSTS} hosts.`);
  if (listed.size === 0 && targets.length === 0 && sources.size === 0 && sections.hosts.size === 0 && !sections.brokenHosts && (collector.values.hosts !== undefined || !collector.has('hosts'))) {
    at.complain('There is no host: name at least one here, or write a section [host ALIAS].');
  }
  if (common === undefined && !collector.has('secret_header') && (withoutSecret.length > 0 || (targets.length === 0 && sections.hosts.size === 0))) {
    const [first, ...others] = withoutSecret;
    const who = first === undefined ? '' : `, and ${first()} ${others.length === 0 ? 'has' : `and ${others.length} more have`} no secret of its own`;
    collector.at('secret_header').complain(`It is missing${who}.`);
  }
  return { hosts: targets, sources: [...sources.values()] };
}

function sorted(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
