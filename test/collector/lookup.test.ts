// A name server that is silent for some names holds up nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFetcher } from '../../collector/fetch.ts';
import { createLookup } from '../../collector/lookup.ts';
import { serveHttp } from './servers.ts';

const never = new AbortController().signal;
const HERE = [{ address: '127.0.0.1', family: 4 }];

test('a name that was known stays reachable while its name server is silent', async (t) => {
  const host = await serveHttp(t, (_, response) => response.writeHead(200, { connection: 'close' }).end('ok'));
  let silent = false;
  const asked: string[] = [];
  const lookup = createLookup({
    patienceMs: 20,
    resolve(name) {
      asked.push(name);
      return silent ? new Promise(() => undefined) : Promise.resolve(HERE);
    },
  });
  const fetcher = createFetcher({ url: new URL(`http://web.example:${host.port}/`), secret: 's', timeoutMs: 2000, maxBytes: 1000, lookup });
  t.after(() => {
    fetcher.close();
  });
  for (let pull = 0; pull < 4; pull++) {
    assert.equal((await fetcher.get({}, never)).toString(), 'ok');
    silent = true;
  }
  assert.deepEqual(asked, ['web.example', 'web.example'], 'one question at a time, however many pulls wait for it');
});

test('a name that is not known is a failure of dns, one without answer a timeout', async (t) => {
  const fail = (code: string) => createLookup({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) });
  const get = (lookup: ReturnType<typeof createLookup>): Promise<Buffer> => {
    const fetcher = createFetcher({ url: new URL('http://web.example/'), secret: 's', timeoutMs: 100, maxBytes: 1000, lookup });
    t.after(() => {
      fetcher.close();
    });
    return fetcher.get({}, never);
  };
  await assert.rejects(get(fail('ENOTFOUND')), { code: 'dns' });
  await assert.rejects(get(fail('EAI_AGAIN')), { code: 'dns' });
  await assert.rejects(get(createLookup({ resolve: () => new Promise(() => undefined) })), { code: 'timeout' });
  await assert.rejects(get(createLookup({ resolve: () => Promise.resolve([]) })), { code: 'dns' });
});
