// Who may ask: names on loopback, credentials elsewhere, and what the browser is forbidden.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorAnswer } from '../../visualizer/api.ts';
import { get, serve } from './server.ts';

const credentials = { user: 'ann', password: 'pä:ss' };
const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });

test('on loopback only known names are answered: another site’s name cannot be pointed here', async (t) => {
  const { port } = await serve(t, { access: { allowedHosts: ['profiler.test'] } });
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', `127.0.0.1:${port}`, '[::1]', '[::1]:9999', '127.0.0.2', '127.255.1.9:80', 'LOCALHOST', 'profiler.test:80']) {
    assert.equal((await get(port, '/api/hosts', { host })).status, 200, host);
  }
  for (const host of ['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', '127.0.0.evil', '128.0.0.1', 'evil.test:127', '[::2]', '__proto__']) {
    const answer = await get(port, '/api/hosts', { host });
    assert.equal(answer.status, 403, host);
    const { error } = answer.json() as ErrorAnswer;
    assert.equal(error.code, 'HOST_NOT_ALLOWED');
    assert.match(error.message, /allowed_hosts/);
  }
});

test('off loopback nothing but /healthz answers without user and password', async (t) => {
  const { port } = await serve(t, { access: { loopback: false, credentials } });
  assert.equal((await get(port, '/healthz')).status, 200);
  for (const path of ['/', '/graph/web/', '/profile/web/', '/api/hosts', '/api/flame?host=web', '/metrics', '/collector/', '/assets/page.js', '/speedscope/', '/export/web/', '/nothing']) {
    const answer = await get(port, path);
    assert.equal(answer.status, 401, path);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Basic realm=/);
    assert.equal((await get(port, path, basic('ann', 'wrong'))).status, 401);
    assert.equal((await get(port, path, basic('bob', 'pä:ss'))).status, 401);
  }
  assert.equal((await get(port, '/api/hosts', basic('ann', 'pä:ss'))).status, 200);
  assert.equal((await get(port, '/api/hosts', { ...basic('ann', 'pä:ss'), host: 'any.name.test' })).status, 200);
});

test('off loopback without credentials nothing answers at all', async (t) => {
  const { port } = await serve(t, { access: { loopback: false } });
  assert.equal((await get(port, '/api/hosts')).status, 401);
  assert.equal((await get(port, '/api/hosts', basic('', ''))).status, 401);
});

test('metrics and the pull also take the samplers’ secret, in either spelling', async (t) => {
  const { port, pulls } = await serve(t, { access: { loopback: false, credentials } });
  for (const name of ['PROFILER_TOKEN', 'profiler-token', 'Profiler-Token']) {
    assert.equal((await get(port, '/metrics', { [name]: 's3cret' })).status, 200, name);
    assert.equal((await get(port, '/collector/', { [name]: 's3cret' })).status, 200, name);
    assert.equal((await get(port, '/metrics', { [name]: 's3cre' })).status, 401);
    assert.equal((await get(port, '/api/hosts', { [name]: 's3cret' })).status, 401);
  }
  assert.equal(pulls(), 3);
});

test('another site cannot start a pull', async (t) => {
  const { port, pulls } = await serve(t, {});
  for (const site of ['cross-site', 'same-site']) {
    const answer = await get(port, '/collector/', { 'sec-fetch-site': site });
    assert.equal(answer.status, 403, site);
    assert.equal((answer.json() as ErrorAnswer).error.code, 'CROSS_SITE');
  }
  assert.equal(pulls(), 0);
  assert.equal((await get(port, '/collector/', { 'sec-fetch-site': 'same-origin' })).status, 200);
  assert.equal((await get(port, '/collector/', { 'sec-fetch-site': 'none' })).status, 200);
});

test('the browser is told to load nothing from elsewhere, run nothing inline and frame nothing', async (t) => {
  const { port } = await serve(t, {});
  for (const path of ['/', '/graph/web/', '/graph/none/', '/api/hosts', '/assets/page.js']) {
    const { headers } = await get(port, path);
    const policy = headers['content-security-policy'];
    assert.equal(typeof policy, 'string', path);
    assert.match(String(policy), /default-src 'none'/);
    assert.match(String(policy), /script-src 'self';/);
    assert.match(String(policy), /connect-src 'self'/);
    assert.match(String(policy), /frame-ancestors 'none'/);
    assert.doesNotMatch(String(policy), /unsafe|upgrade-insecure|https:/);
    assert.equal(headers['strict-transport-security'], undefined);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-powered-by'], undefined);
    assert.match(headers['cache-control'] ?? '', /no-cache|max-age=0/);
  }
});

test('speedscope has a policy of its own, which loads nothing from elsewhere either', async (t) => {
  const { port } = await serve(t, {});
  const { status, headers } = await get(port, '/speedscope/');
  const policy = String(headers['content-security-policy']);
  assert.equal(status, 200);
  assert.match(policy, /default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self' 'unsafe-inline';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /script-src [^;]*'unsafe|https?:|\*/);
});

test('with a token nobody is let in without it, and it leaves the address of a browser at once', async (t) => {
  const { port } = await serve(t, { access: { token: 'abc' } });
  const navigate = { 'sec-fetch-mode': 'navigate' };
  for (const path of ['/', '/api/hosts', '/metrics', '/collector/', '/assets/page.js', '/?token=ab', '/?token=', '/?Token=abc']) assert.equal((await get(port, path, { cookie: `liveprofiler_${port}=; liveprofiler_1=abc` })).status, 401, path);
  const first = await get(port, '/graph/web/?live=1&token=abc', navigate);
  assert.deepEqual([first.status, first.headers.location, first.headers['set-cookie']], [302, '/graph/web/?live=1', [`liveprofiler_${port}=abc; Path=/; HttpOnly; SameSite=Lax`]]);
  assert.equal((await get(port, '/graph/web/?live=1', { cookie: `other=1; liveprofiler_${port}=abc` })).status, 200);
  assert.equal((await get(port, '/api/hosts?token=abc')).status, 200);
  for (const path of ['//evil.test/?token=abc', '/\\evil.test/?token=abc']) assert.doesNotMatch((await get(port, path, navigate)).headers.location ?? '', /^[/\\]{2}/, path);
  assert.equal((await get(port, '//?token=abc')).status, 200);
  assert.equal((await get(port, '/?token=abc', { host: 'evil.test' })).status, 403);
});
