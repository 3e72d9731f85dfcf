// Hosts behind a name: a real name server on loopback, real hosts on several addresses of loopback.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createFetcher } from '../../../collector/fetch.ts';
import { ABSENT_MS } from '../../../collector/sources/dns.ts';
import type { DnsSource, Target } from '../../../collector/target.ts';
import { createFakeClock } from '../fake-clock.ts';
import type { FakeClock } from '../fake-clock.ts';
import { createRig, settings, target, until } from '../rig.ts';
import type { Rig } from '../rig.ts';
import { serveNames } from '../name-server.ts';
import type { NameServer, Zone } from '../name-server.ts';
import { serveHttp } from '../servers.ts';
import { createScriptedHost } from '../wire-host.ts';

const NAME = 'payments.internal';
const EVERY_MS = 10_000;

function source(port: number, more: Partial<DnsSource> = {}): DnsSource {
  return { kind: 'dns', name: `dns:${NAME}:${port}`, url: new URL(`http://${NAME}:${port}/liveprofiler`), secret: 'secret', labels: {}, ...more };
}

/** One process behind every address of loopback; `asked` tells by which address and name it was asked. */
async function everywhere(t: TestContext): Promise<{ port: number; asked: string[]; finish: (many: number) => void }> {
  const scripts = new Map<string, ReturnType<typeof createScriptedHost>>();
  const scriptAt = (address: string): ReturnType<typeof createScriptedHost> => {
    const known = scripts.get(address) ?? createScriptedHost({ boot: `boot-${address.replaceAll(/[^0-9]/g, '-')}` });
    scripts.set(address, known);
    return known;
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const address = request.socket.localAddress ?? '';
    asked.push(`${address} ${request.headers.host ?? ''}`);
    scriptAt(address).answer(request, response);
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    finish(many) {
      for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) scriptAt(address).finish(many);
    },
  };
}

interface Moving {
  readonly rig: Rig;
  readonly names: NameServer;
  readonly clock: FakeClock;
  /** Hosts that are asked, and those that are gone. */
  readonly here: () => string[];
  readonly gone: () => string[];
  /** Looks again once it is time; resolves when the answer was taken. */
  readonly look: (afterMs?: number) => Promise<void>;
}

async function moving(t: TestContext, port: number, zone: Zone, hosts: readonly Target[] = []): Promise<Moving> {
  const names = await serveNames(t);
  names.zones.set(NAME, zone);
  const clock = createFakeClock();
  const rig = await createRig(t, settings(hosts, { sources: [source(port)] }), { clock, nameServers: names.nameServers });
  await names.after(() => { rig.collector.start(); });
  return {
    rig,
    names,
    clock,
    here: () => rig.collector.hosts().filter(({ state }) => state !== 'gone').map(({ host }) => host),
    gone: () => rig.collector.hosts().filter(({ state }) => state === 'gone').map(({ host }) => host),
    look: (afterMs = EVERY_MS) => names.after(() => { clock.advance(afterMs); }),
  };
}

test('every address behind a name is a host, asked at its address by the name', async (t) => {
  const { port, asked, finish } = await everywhere(t);
  const { rig, here } = await moving(t, port, ['127.0.0.3', '127.0.0.2', '127.0.0.2']);
  finish(2);
  await rig.collector.pullNow();
  assert.deepEqual(here(), [`127.0.0.2:${port}`, `127.0.0.3:${port}`]);
  assert.deepEqual(asked.sort(), [`127.0.0.2 ${NAME}:${port}`, `127.0.0.3 ${NAME}:${port}`]);
  const { labels } = await rig.store.labels({ fromMs: 0, untilMs: 9e15 });
  assert.deepEqual(labels['dns'], [`${NAME}:${port}`], 'and they can be chosen together');
  assert.equal((await rig.store.tally(`127.0.0.2:${port}`)).windows, 2);
});

test('an address that is not named any more is gone at once, and comes back as the same host', async (t) => {
  const { port, finish } = await everywhere(t);
  const { rig, names, clock, here, gone, look } = await moving(t, port, ['127.0.0.2', '127.0.0.3']);
  const leaver = `127.0.0.3:${port}`;
  finish(2);
  await rig.collector.pullNow();
  names.zones.set(NAME, ['127.0.0.2']);
  await look();
  const { state, sinceMs, error, service, address } = rig.status(leaver);
  assert.deepEqual({ state, sinceMs, error, service, address }, { state: 'gone', sinceMs: clock.wallMs(), error: `dns:${NAME}:${port} does not name it any more; what was collected is still here.`, service: 'shop', address: `http://${leaver}/liveprofiler` });
  // Once a pull that runs has ended, it leaves no series.
  while ((await rig.collector.metrics.metrics()).includes(`host="${leaver}"`)) await new Promise((resolve) => setImmediate(resolve));
  finish(1);
  await rig.collector.pullNow();
  assert.equal((await rig.store.tally(leaver)).windows, 2, 'what is gone is not asked');
  names.zones.set(NAME, ['127.0.0.2', '127.0.0.3']);
  await look();
  assert.deepEqual([rig.status(leaver).state, rig.status(leaver).service, rig.status(leaver).error], ['new', 'shop', undefined]);
  await rig.collector.pullNow();
  assert.deepEqual([here(), gone()], [[`127.0.0.2:${port}`, leaver], []]);
  assert.equal((await rig.store.tally(leaver)).windows, 3, 'its cursor is the one it had');
});

for (const [zone, code] of [['fails', 'ESERVFAIL'], ['silent', 'ETIMEOUT']] as const) {
  test(`a name server that ${zone === 'silent' ? 'is silent' : zone} takes nothing away, however long, and is told once`, async (t) => {
    const { port, finish } = await everywhere(t);
    const { rig, names, here, gone, look } = await moving(t, port, ['127.0.0.2']);
    finish(1);
    await rig.collector.pullNow();
    names.zones.set(NAME, zone);
    await look();
    await look(ABSENT_MS);
    await look();
    assert.deepEqual([here(), gone()], [[`127.0.0.2:${port}`], []]);
    const told = rig.lines.filter((line) => line['source'] === `dns:${NAME}:${port}` && line['level'] === 40);
    assert.deepEqual(told.map((line) => [line['code'], line['msg']]), [[code, `No name server answers for ${NAME} (${code}): the hosts of dns:${NAME}:${port} stay as they were last known.`]]);
    assert.match(await rig.collector.metrics.metrics(), new RegExp(`liveprofiler_source_up{source="dns:${NAME}:${port}"} 0\nliveprofiler_source_hosts{.*} 1`.replace('\n', '[^]*')));
    names.zones.set(NAME, ['127.0.0.2']);
    await look();
    assert.equal(rig.lines.filter((line) => line['msg'] === `dns:${NAME}:${port} is well again`).length, 1);
    assert.match(await rig.collector.metrics.metrics(), /liveprofiler_source_up{source="dns:.*"} 1/);
  });
}

test('one kind of records that fails takes none of its own away, and the other goes on', async (t) => {
  const { port } = await everywhere(t);
  const { names, here, gone, look } = await moving(t, port, ['127.0.0.2', '::1']);
  assert.deepEqual(here(), [`127.0.0.2:${port}`, `[::1]:${port}`]);
  names.zones.set(`AAAA ${NAME}`, 'fails').set(NAME, ['127.0.0.3']);
  await look();
  assert.deepEqual([here(), gone()], [[`127.0.0.3:${port}`, `[::1]:${port}`], [`127.0.0.2:${port}`]]);
});

for (const zone of ['no such name', []] as const) {
  test(`with ${zone === 'no such name' ? zone : 'no record'} the hosts stay for minutes, as in a restart, then they are gone`, async (t) => {
    const { port } = await everywhere(t);
    const { rig, names, here, gone, look } = await moving(t, port, ['127.0.0.2']);
    names.zones.set(NAME, zone);
    await look();
    await look(ABSENT_MS - EVERY_MS);
    assert.deepEqual([here(), gone()], [[`127.0.0.2:${port}`], []]);
    assert.match(String(rig.lines.find((line) => line['code'] === 'absent')?.['msg']), /^There is no address behind payments\.internal: check its spelling; .* stay for 5 minutes\.$/);
    await look();
    assert.deepEqual([here(), gone()], [[], [`127.0.0.2:${port}`]]);
    names.zones.set(NAME, ['127.0.0.2']);
    await look();
    assert.deepEqual([here(), gone()], [[`127.0.0.2:${port}`], []]);
  });
}

test('an address that the configuration names too, or another source, is one host', async (t) => {
  const { port } = await everywhere(t);
  const { rig, names, clock } = await moving(t, port, ['127.0.0.2', '127.0.0.3'], [target('web', new URL(`http://127.0.0.3:${port}/liveprofiler`))]);
  const hosts = (): string[] => rig.collector.hosts().filter(({ state }) => state !== 'gone').map(({ host }) => host);
  assert.deepEqual(hosts(), ['web', `127.0.0.2:${port}`]);
  names.zones.set('other.internal', ['127.0.0.2']);
  const other: DnsSource = { ...source(port), name: 'dns:other', url: new URL(`http://other.internal:${port}/liveprofiler`) };
  await names.after(() => void rig.collector.reload(settings([], { sources: [source(port), other] })));
  assert.deepEqual(hosts(), [`127.0.0.2:${port}`, `127.0.0.3:${port}`]);
  names.zones.set(NAME, ['127.0.0.3']);
  await names.after(() => { clock.advance(EVERY_MS); }, 2);
  assert.deepEqual(hosts(), [`127.0.0.3:${port}`, `127.0.0.2:${port}`], 'who lets go of it does not take it from the other');
});

test('a source that the configuration does not name any more takes its hosts along, and one that stays is not asked anew', async (t) => {
  const { port } = await everywhere(t);
  const { rig, names, clock, here, gone } = await moving(t, port, ['127.0.0.2']);
  const before = names.asked.length;
  await rig.collector.reload(settings([], { sources: [source(port)] }));
  assert.equal(names.asked.length, before);
  await rig.collector.reload(settings([]));
  assert.deepEqual([here(), gone()], [[], [`127.0.0.2:${port}`]]);
  assert.ok(!(await rig.collector.metrics.metrics()).includes(NAME));
  await rig.collector.stop();
  clock.advance(ABSENT_MS);
  assert.deepEqual([names.asked.length, clock.pending()], [before, 0]);
});

test('a source whose secret is changed keeps its hosts, also while no name server answers', async (t) => {
  const { port } = await everywhere(t);
  const { rig, names, here, gone } = await moving(t, port, ['127.0.0.2']);
  names.zones.set(NAME, 'fails');
  await names.after(() => { void rig.collector.reload(settings([], { sources: [source(port, { secret: 'changed' })] })); });
  assert.deepEqual([here(), gone()], [[`127.0.0.2:${port}`], []]);
  names.zones.set(NAME, ['127.0.0.2']);
  await names.after(() => { void rig.collector.reload(settings([], { sources: [source(port, { secret: 'again' })] })); });
  assert.deepEqual(rig.collector.targets().map(({ secret }) => secret), ['again']);
});

test('more addresses than a source may name are cut, always the same, and told', async (t) => {
  const { port } = await everywhere(t);
  const servers = { resolve4: () => Promise.resolve(Array.from({ length: 2100 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).reverse()), resolve6: () => Promise.resolve([]) };
  const rig = await createRig(t, settings([], { sources: [source(port)] }), { clock: createFakeClock(), nameServers: () => servers });
  rig.collector.start();
  await until(() => rig.collector.hosts().length > 0);
  assert.equal(rig.collector.hosts().length, 2000);
  assert.ok(rig.lines.some((line) => line['code'] === 'too-many' && line['msg'] === `dns:${NAME}:${port} names 2100 hosts, and only the first 2000 are asked: divide it.`));
});

test('what its section says of a name holds for every host behind it: secret, authority and labels', async (t) => {
  const pem = (name: string): Promise<string> => readFile(new URL(`../../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
  const scripted = createScriptedHost({ boot: 'abc', secret: 'its own' });
  const { url, requests } = await serveHttp(t, scripted.answer, createSecureServer({ cert: await pem('server.pem'), key: await pem('server.key') }));
  scripted.finish(1);
  const names = await serveNames(t);
  names.zones.set('localhost', ['127.0.0.1']);
  const from = source(Number(url.port), { name: 'dns:localhost', url: new URL(`https://localhost:${url.port}/liveprofiler`), secret: 'its own', adminSecret: 'heap', labels: { service: 'payments', zone: 'b' }, tls: { ca: await pem('authority.pem') } });
  const rig = await createRig(t, settings([], { sources: [from] }), { clock: createFakeClock(), nameServers: names.nameServers });
  await names.after(() => { rig.collector.start(); });
  await rig.collector.pullNow();
  assert.equal(rig.status(`127.0.0.1:${url.port}`).state, 'up');
  assert.equal(requests[0]?.headers['profiler_token'], 'its own');
  const [found] = rig.collector.targets();
  assert.deepEqual([found?.adminSecret, found?.labels], ['heap', { dns: `localhost:${url.port}`, service: 'payments', zone: 'b' }]);
});

test('over https the certificate has to be of the name, wherever the name points to', async (t) => {
  const pem = (name: string): Promise<string> => readFile(new URL(`../../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
  const { url, requests } = await serveHttp(t, (_, response) => response.end('ok'), createSecureServer({ cert: await pem('server.pem'), key: await pem('server.key') }));
  const ca = await pem('authority.pem');
  const get = async (asked: string | undefined): Promise<string> => {
    const fetcher = createFetcher({ url: new URL(`https://127.0.0.1:${url.port}/liveprofiler`), asked, secret: 's', tls: { ca }, timeoutMs: 2000, maxBytes: 100 });
    t.after(() => { fetcher.close(); });
    return (await fetcher.get({}, new AbortController().signal)).toString();
  };
  await assert.rejects(get(undefined), { code: 'tls' });
  await assert.rejects(get(`other.internal:${url.port}`), { code: 'tls' });
  assert.equal(requests.length, 0);
  assert.equal(await get(`localhost:${url.port}`), 'ok');
  assert.equal(requests[0]?.headers.host, `localhost:${url.port}`);
});
