// What a process tells of itself holds no secrets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskArguments, maskText, maskVariables } from '#sampler/observe/masking.js';

test('arguments: the value of what is called a secret goes, however it is given; the rest stays', () => {
  assert.deepEqual(maskArguments(['--max-old-space-size=4096', 'server.js', '--port', '8080', '--token', 'abc', '--db-password=hunter2', '-v', 'API_KEY=1']), [
    '--max-old-space-size=4096', 'server.js', '--port', '8080', '--token', '(masked)', '--db-password=(masked)', '-v', 'API_KEY=(masked)',
  ]);
  assert.deepEqual(maskArguments(['--token', '--port', '80', '--secret']), ['--token', '--port', '80', '--secret']);
});

test('texts: passwords of addresses, values of queries and what looks like a key go; paths and words stay', () => {
  assert.equal(maskText('postgres://app:s3cret@db:5432/shop'), 'postgres://(masked)@db:5432/shop');
  assert.equal(maskText('https://example.com/x?token=abc&y=2'), 'https://example.com/x?token=(masked)&y=(masked)');
  assert.equal(maskText('sk_live_51H8aBcDeFgHiJkLmNoP'), '(masked)');
  for (const harmless of ['/home/app/node_modules/.bin/server', 'file:///srv/app-2.0.1/dist/server.js', '--enable-source-maps', '2026-11-21T10:58:33Z']) assert.equal(maskText(harmless), harmless);
});

test('environment: only what is known to be harmless is told, and no secret in that', () => {
  assert.deepEqual(maskVariables({ NODE_ENV: 'production', PATH: '/bin', STRIPE: 'sk', DATABASE: 'postgres://a:b@c', NODE_OPTIONS: '--require x --token=abcdefghij0123456789', NODE_AUTH_TOKEN: 'x' }), {
    NODE_ENV: 'production', PATH: '/bin', STRIPE: '(masked)', DATABASE: '(masked)', NODE_OPTIONS: '--require x --token=(masked)', NODE_AUTH_TOKEN: '(masked)',
  });
});

test('hostile texts take no time', () => {
  const startMs = performance.now();
  for (const text of ['a'.repeat(100_000), '-'.repeat(100_000), 'a://'.repeat(25_000), '?a='.repeat(30_000), '1a-'.repeat(30_000)]) maskText(text);
  assert.ok(performance.now() - startMs < 2000, `${performance.now() - startMs} ms`);
});
