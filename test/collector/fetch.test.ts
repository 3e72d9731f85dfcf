// What a host may do to the one who asks it: nothing but fail, in time, within its bytes, and with a reason.
import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PullFailure } from '../../collector/failures.ts';
import type { FailureReason } from '../../collector/failures.ts';
import { createFetcher } from '../../collector/fetch.ts';
import type { FetchOptions } from '../../collector/fetch.ts';
import { certificate } from './certificate.ts';
import { freePort, serveBytes, serveHttp, serveTcp } from './servers.ts';

const SECRET = 's3cret-of-the-fleet';
const never = new AbortController().signal;

function fetchFrom(t: TestContext, url: URL, options: Partial<FetchOptions> = {}): (query?: Record<string, string>, stop?: AbortSignal) => Promise<Buffer> {
  const fetcher = createFetcher({ url, secret: SECRET, timeoutMs: 5000, maxBytes: 1_000_000, ...options });
  t.after(() => {
    fetcher.close();
  });
  return (query = {}, stop = never) => fetcher.get(query, stop);
}

async function fails(pull: Promise<unknown>, code: FailureReason, words = /./): Promise<void> {
  await assert.rejects(pull, (error) => {
    assert.ok(error instanceof PullFailure, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
}

test('the secret goes along in both spellings, and the query is added to the address', async (t) => {
  const host = await serveHttp(t, (_, response) => response.end('ok'));
  const get = fetchFrom(t, new URL('?zone=a', host.url));
  assert.equal((await get({ after: 'a b&c' })).toString(), 'ok');
  const [request] = host.requests;
  assert.ok(request);
  assert.equal(request.headers['profiler_token'], SECRET);
  assert.equal(request.headers['profiler-token'], SECRET);
  assert.equal(request.headers['accept-encoding'], 'gzip');
  assert.equal(request.url, '/liveprofiler?zone=a&after=a+b%26c');
});

test('one connection serves pull after pull, and one that the host closed is no failure', async (t) => {
  const server = createServer();
  server.keepAliveTimeout = 0;
  const ports = new Set<number | undefined>();
  const host = await serveHttp(t, (request, response) => {
    ports.add(request.socket.remotePort);
    if (request.url?.includes('last')) response.once('finish', () => setImmediate(() => request.socket.destroy()));
    response.end('ok');
  }, server);
  const get = fetchFrom(t, host.url);
  await get();
  await get({ last: '1' });
  assert.equal(ports.size, 1);
  assert.equal((await get()).toString(), 'ok');
  assert.equal(ports.size, 2);
});

test('gzip is inflated, in one member or several', async (t) => {
  const host = await serveHttp(t, (_, response) => {
    response.setHeader('content-encoding', 'GZIP');
    response.end(Buffer.concat([gzipSync('hello '), gzipSync('world')]));
  });
  assert.equal((await fetchFrom(t, host.url)()).toString(), 'hello world');
});

test('nobody listens, no such name', async (t) => {
  await fails(fetchFrom(t, new URL(`http://127.0.0.1:${await freePort()}/`))(), 'refused', /Nobody listens at 127\.0\.0\.1/);
  await fails(fetchFrom(t, new URL('http://no-such-host.invalid/'))(), 'dns', /no-such-host\.invalid/);
});

test('hosts that hang are left at the timeout, wherever they hang', async (t) => {
  const drip = (socket: { write(text: string): boolean; on(event: 'close', run: () => void): unknown }): void => {
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
  const hosts = [
    await serveTcp(t, () => undefined),
    await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'),
    await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n', drip),
    await serveBytes(t, 'HTTP/1.1 200 OK\r\nx-endless: ', drip),
  ];
  await Promise.all(hosts.map((host) => fails(fetchFrom(t, host.url, { timeoutMs: 300 })(), 'timeout', /0\.3 s/)));
});

test('stopping ends a request at once', async (t) => {
  const host = await serveTcp(t, () => undefined);
  const stop = new AbortController();
  const pull = fetchFrom(t, host.url, { timeoutMs: 60_000 })({}, stop.signal);
  stop.abort();
  await fails(pull, 'stopped');
  await fails(fetchFrom(t, host.url)({}, stop.signal), 'stopped');
});

test('a connection that breaks is told, before the answer and inside it', async (t) => {
  const before = await serveTcp(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  await fails(fetchFrom(t, before.url)(), 'reset');
  const inside = await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"some"', (socket) => setTimeout(() => socket.resetAndDestroy(), 50));
  await fails(fetchFrom(t, inside.url)(), 'incomplete');
});

test('lengths that lie: too long is incomplete, too short gives what was announced, two differing are refused', async (t) => {
  const long = await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}', (socket) => socket.end());
  await fails(fetchFrom(t, long.url)(), 'incomplete');
  const short = await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{"elapsed":1}', (socket) => socket.end());
  assert.equal((await fetchFrom(t, short.url)()).toString(), '{"');
  const two = await serveBytes(t, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}', (socket) => socket.end());
  await fails(fetchFrom(t, two.url)(), 'not-http');
  const chunked = await serveBytes(t, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n', (socket) => socket.end());
  await fails(fetchFrom(t, chunked.url)(), 'incomplete');
  const trailing = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 999\r\n\r\n'), gzipSync('{}'), Buffer.from('rest')]);
  await fails(fetchFrom(t, (await serveBytes(t, trailing)).url)(), 'encoding');
});

test('a gzip bomb is dropped at the limit, long before it is inflated', async (t) => {
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const host = await serveHttp(t, (_, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(bomb);
  });
  const before = process.memoryUsage().rss;
  await fails(fetchFrom(t, host.url)(), 'too-large', /max_response/);
  assert.ok(process.memoryUsage().rss - before < 100_000_000);
});

test('a body that never ends is dropped at the limit', async (t) => {
  const host = await serveHttp(t, (_, response) => {
    const more = (): void => {
      if (response.write(Buffer.alloc(65_536))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  await fails(fetchFrom(t, host.url)(), 'too-large');
});

test('truncated gzip is incomplete; what is no gzip, or another encoding, is told as such', async (t) => {
  const whole = gzipSync('x'.repeat(10_000) + String(Math.random()));
  const answer = (encoding: string, body: Buffer) => serveHttp(t, (_, response) => {
    response.setHeader('content-encoding', encoding);
    response.end(body);
  });
  await fails(fetchFrom(t, (await answer('gzip', whole.subarray(0, -12))).url)(), 'incomplete');
  await fails(fetchFrom(t, (await answer('gzip', Buffer.from('plain'))).url)(), 'encoding');
  await fails(fetchFrom(t, (await answer('br', whole)).url)(), 'encoding', /"br"/);
});

test('every status says what to do', async (t) => {
  const host = await serveHttp(t, (request, response) => {
    response.statusCode = Number(request.url?.split('status=')[1]);
    response.end();
  });
  const get = fetchFrom(t, host.url);
  await fails(get({ status: '403' }), 'http-403', /secret_header/);
  await fails(get({ status: '401' }), 'http-401', /login/);
  await fails(get({ status: '404' }), 'http-404', /middleware/);
  await fails(get({ status: '500' }), 'http-5xx', /500/);
  await fails(get({ status: '503' }), 'http-5xx', /503/);
  await fails(get({ status: '204' }), 'http-other', /204/);
});

test('a redirect is not followed: the other address hears nothing', async (t) => {
  const other = await serveHttp(t, (_, response) => response.end('{}'));
  const host = await serveHttp(t, (_, response) => {
    response.writeHead(307, { location: `${other.url.href}?token=${SECRET}` });
    response.end();
  });
  await fails(fetchFrom(t, host.url)(), 'redirect', new RegExp(`redirects to ${other.url.host}\\.`));
  assert.equal(other.requests.length, 0);
  const odd = await serveHttp(t, (_, response) => response.writeHead(302, { location: 'http://[' }).end());
  await fails(fetchFrom(t, odd.url)(), 'redirect');
});

test('what is not HTTP, switches protocols or floods with headers is told', async (t) => {
  const not = await serveTcp(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await fails(fetchFrom(t, not.url)(), 'not-http');
  const upgrade = await serveBytes(t, 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
  await fails(fetchFrom(t, upgrade.url)(), 'reset');
  const flood = await serveBytes(t, `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(20_000)}\r\n`);
  await fails(fetchFrom(t, flood.url)(), 'not-http');
});

test('https with a private authority and a client certificate; without them the reason is tls', async (t) => {
  const { cert, key } = certificate;
  const host = await serveHttp(t, (_, response) => response.end('ok'), createTlsServer({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }));
  const url = new URL(`https://localhost:${host.port}/`);
  assert.equal((await fetchFrom(t, url, { tls: { ca: cert, cert, key } })()).toString(), 'ok');
  await fails(fetchFrom(t, url)(), 'tls', /ca, cert and key/);
  await fails(fetchFrom(t, new URL(`https://127.0.0.1:${host.port}/`), { tls: { ca: cert, cert, key } })(), 'tls');
  await fails(fetchFrom(t, new URL(`https://127.0.0.1:${(await serveHttp(t, (_, response) => response.end())).port}/`))(), 'tls');
});
