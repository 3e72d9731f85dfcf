// A name server on loopback that speaks DNS over UDP, and whose zone a test changes as it goes.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { Resolver } from 'node:dns/promises';
import type { TestContext } from 'node:test';
import type { NameServers } from '../../collector/sources/dns.ts';

/** Addresses, or how the server fails. */
export type Zone = readonly string[] | 'no such name' | 'fails' | 'silent';

export interface NameServer {
  /** By lower-case name; what is not in it is no such name. A zone for one kind of records goes under `A name`. */
  readonly zones: Map<string, Zone>;
  /** What was asked, such as `A web.internal`. */
  readonly asked: readonly string[];
  /** Resolvers that ask this server alone. */
  readonly nameServers: () => NameServers;
  /** Runs `look`; resolves once both kinds of records of so many names were asked for, and what follows from the answers was done. */
  readonly after: (look: () => void, names?: number) => Promise<void>;
}

const KINDS: ReadonlyMap<number, string> = new Map([[1, 'A'], [28, 'AAAA']]);
const RCODES = { fails: 2, 'no such name': 3 };

export async function serveNames(t: TestContext): Promise<NameServer> {
  const zones = new Map<string, Zone>();
  const asked: string[] = [];
  let settled = 0;
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, kind, end } = questionOf(query);
    asked.push(`${kind} ${name}`);
    const zone = zones.get(`${kind} ${name}`) ?? zones.get(name) ?? 'no such name';
    if (zone === 'silent') return;
    const records = typeof zone === 'string' ? [] : zone.filter((one) => isIPv6(one) === (kind === 'AAAA'));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (typeof zone === 'string' ? RCODES[zone] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records.map(recordOf)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return {
    zones,
    asked,
    nameServers() {
      const resolver = new Resolver({ timeout: 200, tries: 1 });
      resolver.setServers([`127.0.0.1:${socket.address().port}`]);
      const noted = (answer: Promise<string[]>): Promise<string[]> => answer.finally(() => { settled++; });
      return { resolve4: (name: string) => noted(resolver.resolve4(name)), resolve6: (name: string) => noted(resolver.resolve6(name)) };
    },
    async after(look, names = 1) {
      const before = settled;
      look();
      while (settled < before + 2 * names) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function questionOf(query: Buffer): { readonly name: string; readonly kind: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), kind: KINDS.get(query.readUInt16BE(at + 1)) ?? '?', end: at + 5 };
}

/** Of the name that was asked, for a minute. */
function recordOf(address: string): Buffer {
  const data = isIPv6(address) ? v6(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.from([0xc0, 12, 0, isIPv6(address) ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, data]);
}

/** Such as `::1`: groups on both sides of one gap. */
function v6(address: string): Buffer {
  const [left = [], right = []] = address.split('::').map((side) => side.split(':').filter((group) => group !== ''));
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
