// How addresses are written: of hosts to read, of the interface to listen on, and names for the Host header. Pure.
// A name comes out as `URL` spells it, so that one place has one name.
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { ENDPOINT_PATH } from 'liveprofiler-sampler/wire';
import { HIDDEN } from './fault.ts';
import type { Spot } from './spot.ts';
import { listOf } from './value-types.ts';
import type { ValueType } from './value-types.ts';

export interface Address {
  /** Host, port and, unless it is the usual one, path: unique to the place. */
  readonly name: string;
  readonly url: URL;
}

/** An entry of `hosts`: an address, the ALIAS of a section, or where hosts come from that come and go. */
export type HostEntry = Address | { readonly alias: string } | { readonly dns: Address } | { readonly file: string };

export const MOST_HOSTS = 10_000;
const LONGEST_ADDRESS = 500;
const MOST_PORTS = 1000;
const MOST_NAMES = 100;

const HOST = String.raw`(\[[^[\]]*\]|[^\s:/?#@\\[\]]+)`;
const WHOLE_URL = new RegExp(String.raw`^(https?):\/\/${HOST}(?::(\d{1,5}))?(\/[^\s?#\\]*)?$`, 'i');
const NAME_AND_PORT = new RegExp(String.raw`^${HOST}:(\d{1,5})(?:\.\.(\d{1,5}))?$`);

export const hostList: ValueType<readonly HostEntry[]> = {
  allowed: 'entries separated by commas: web:8000, web:8000..8003, [::1]:8000, https://web.example.com/own/path, dns:web.internal:8000, file:hosts.json, or the ALIAS of a section [host ALIAS]',
  parse(text, spot) {
    const items = listOf(text, MOST_HOSTS, spot);
    if (items === undefined) return undefined;
    const hosts: HostEntry[] = [];
    items.forEach((item, index) => {
      // One more than may be, so that whoever counts them finds out.
      const room = MOST_HOSTS + 1 - hosts.length;
      hosts.push(...(parseItem(item, numbered(spot, index + 1), room) ?? []));
    });
    return hosts.length > 0 ? hosts : undefined;
  },
};

/** Of a section: one host, or where hosts come from that come and go. */
export type Place = Exclude<HostEntry, { readonly alias: string }>;

export const address: ValueType<Place> = {
  allowed: 'one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json',
  parse(text, spot) {
    const found = parseMoving(text, spot, 2) ?? parseEntry(text, spot, 2);
    if (found === undefined || found.length < 2) return found?.[0];
    spot.complain('A section is one host: write a range of ports in hosts of [collector].');
    return undefined;
  },
};

export const listen: ValueType<{ readonly host: string; readonly port: number }> = {
  allowed: 'an address of this machine and a port, such as 127.0.0.1:9999 or [::1]:9999',
  parse(text, spot) {
    const [, host, port] = new RegExp(`^${HOST}:(\\d{1,5})$`).exec(text) ?? [];
    if (host === undefined || Number(port) > 65_535) {
      spot.complain(/^\d+$/.test(text) ? `Write the address too: 127.0.0.1:${spot.show(text)}.` : 'This is not an address and a port from 0 to 65535.');
      return undefined;
    }
    const hostname = canonicalHost(host, spot);
    return hostname === undefined ? undefined : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
  },
};

export const nameList: ValueType<readonly string[]> = {
  allowed: 'names without port separated by commas, such as profiler.example.com, 10.0.0.7',
  parse(text, spot) {
    const names = listOf(text, MOST_NAMES, spot)?.map((name) => canonicalHost(name, spot));
    return names?.includes(undefined) === false ? [...new Set(names.filter((name) => name !== undefined))] : undefined;
  },
};

/** What a place is called, wherever it was named: host, port and a path that is not the usual one. */
export function nameOfPlace({ protocol, hostname, port, pathname }: URL): string {
  const at = `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
  return pathname === ENDPOINT_PATH ? at : `${at}${pathname}`;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

export function isAlias(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text) && text !== '__proto__';
}

/** Whether only this machine can reach it; a name other than `localhost` could mean anything. */
export function isLoopback(host: string): boolean {
  if (isIPv6(host)) return LOOPBACK.check(host, 'ipv6');
  return isIPv4(host) ? LOOPBACK.check(host, 'ipv4') : host === 'localhost';
}

/** What must not be shown is at least counted. */
function numbered(spot: Spot, number: number): Spot {
  return {
    complain: spot.complain,
    show(part) {
      const shown = spot.show(part);
      return shown === HIDDEN ? `entry ${number} (hidden)` : shown;
    },
  };
}

/** `dns:8000` and `file:8000` are hosts of these names. */
const MOVING = /^(dns|file):(?!\d+(?:\.\.\d+)?$)(.*)$/s;

function parseItem(item: string, spot: Spot, most: number): readonly HostEntry[] | undefined {
  return parseMoving(item, spot, most) ?? (isAlias(item) ? [{ alias: item }] : parseEntry(item, spot, most));
}

/** undefined when it is nothing of that kind; empty when it is a faulty one. */
function parseMoving(item: string, spot: Spot, most: number): readonly Exclude<Place, Address>[] | undefined {
  const [, kind, rest = ''] = MOVING.exec(item) ?? [];
  if (kind === 'file') {
    if (rest === '') spot.complain(`${spot.show(item)} names no file.`);
    return rest === '' ? [] : [{ file: rest }];
  }
  if (kind !== 'dns') return undefined;
  return (parseEntry(rest, spot, most) ?? []).flatMap((address) => {
    const isAddress = isIPv4(address.url.hostname) || address.url.hostname.startsWith('[');
    if (isAddress) spot.complain(`${spot.show(item)} is an address already: write it without dns:.`);
    return isAddress ? [] : [{ dns: address }];
  });
}

/** One address, or those of a range of ports, `most` of them at most. */
export function parseEntry(entry: string, spot: Spot, most: number): readonly Address[] | undefined {
  if (entry.length > LONGEST_ADDRESS) {
    spot.complain(`An address is longer than ${LONGEST_ADDRESS} characters.`);
    return undefined;
  }
  const whole = WHOLE_URL.exec(entry);
  const short = NAME_AND_PORT.exec(entry);
  const host = whole?.[2] ?? short?.[1];
  if (host === undefined) {
    spot.complain(entryFault(entry, spot));
    return undefined;
  }
  const [protocol, path] = [whole?.[1]?.toLowerCase() ?? 'http', whole?.[4] ?? '/'];
  const hostname = canonicalHost(host, spot);
  const first = Number(whole ? (whole[3] ?? (protocol === 'https' ? 443 : 80)) : short?.[2]);
  const last = Number(short?.[3] ?? first);
  const why = first < 1 || last > 65_535 ? 'has no port from 1 to 65535' : last < first ? 'runs backwards' : last - first >= MOST_PORTS ? `is more than ${MOST_PORTS} ports` : undefined;
  if (why !== undefined) spot.complain(`${spot.show(entry)} ${why}.`);
  if (why !== undefined || hostname === undefined) return undefined;
  return Array.from({ length: Math.min(most, last - first + 1) }, (_, index) => {
    const url = new URL(`${protocol}://${hostname}:${first + index}${path === '/' ? ENDPOINT_PATH : path}`);
    return { name: nameOfPlace(url), url };
  });
}

/** Lower case, IPv6 shortened and in brackets. Complains when it is no host, or one that would be read as another. */
function canonicalHost(host: string, spot: Spot): string | undefined {
  const wellFormed = /^\[.*\]$/.test(host) ? isIPv6(host.slice(1, -1)) : /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(host);
  const hostname = wellFormed && URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined;
  // `URL` reads 127.1, 0x7f.1 and 2130706433 as 127.0.0.1.
  if (hostname !== undefined && (!isIPv4(hostname) || hostname === host)) return hostname;
  spot.complain(`${spot.show(host)} is not the name or address of a host${isIPv6(host) ? ': write an IPv6 address in brackets, such as [::1]' : hostname === undefined ? '' : ': write an IPv4 address as four numbers'}.`);
  return undefined;
}

/** Why an entry has none of the forms. */
function entryFault(entry: string, spot: Spot): string {
  const shown = spot.show(entry);
  if (entry === '') return 'An entry is empty: there is a comma too many.';
  if (/\s/.test(entry)) return `${shown} holds a space: separate addresses by commas.`;
  if (entry.includes('@')) return 'An address holds a user or password: the secret goes in secret_header, and nothing else is sent.';
  if (/^https?:/i.test(entry)) return /[?#]/.test(entry) ? `${shown} holds a query or a fragment: write the address without.` : `${shown} is not a whole URL such as http://web:8000/own/path.`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(entry)) return `${shown} is neither http nor https.`;
  if (!entry.startsWith('[') && entry.split(':').length > 2) return `${shown} has several colons: write an IPv6 address in brackets, such as [::1]:8000.`;
  if (/^[^:/]+:\d+[/?]/.test(entry)) return `${shown} has a path: write the whole URL, such as http://web:8000/own/path.`;
  if (!/:[^\]]*$/.test(entry)) return `${shown} has no port: write ${shown}:PORT with the port of the service.`;
  return `${shown} has no port from 1 to 65535.`;
}
