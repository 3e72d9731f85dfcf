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
  for (const text of ['a'.repeat(100_000), '-'.repeat(100_000), 'a://'.repeat(25_000), '?a='.repeat(30_000), '1a-'.repeat(30_000), '"a": '.repeat(20_000), '"a":"'.repeat(20_000), '"'.repeat(100_000), ':='.repeat(50_000), 'a:'.repeat(50_000), `://${'a@'.repeat(50_000)}`, '"": "'.repeat(20_000), `""${' '.repeat(100_000)}`]) maskText(text);
  assert.ok(performance.now() - startMs < 2000, `${performance.now() - startMs} ms`);
});

test('who looks for secrets on a command line finds none', () => {
  const SECRETS: readonly (readonly string[])[] = [
    ['--password=hunter2'], ['--password', 'hunter2'], ['--pass', 'hunter2'], ['--db-pass=hunter2'], ['--dbPass', 'hunter2'], ['-u', 'admin:hunter2'], ['--proxy-user', 'admin:hunter2'],
    ['--db=postgres://app:hunter2@db/shop'], ['--db=postgres://app:xy/hunter2@db/shop'], ['--db=postgres://app:xy?hunter2@db/shop'], ['--db=postgres://app:xy#hunter2@db/shop'], ['--db=postgres://app:1/hunter2@db/shop'],
    ['--db=postgres://app:xy,hunter2@db/shop'], ['--db=postgres://app:xy;hunter2@db/shop'], ['amqp://a:b@one,amqp://c:hunter2@two'], ['redis://:hunter2@cache'],
    ['--header', 'Authorization: Bearer hunter2'], ['--header=Authorization: Basic hunter2'], ['--header=X-Api-Key: hunter2'], ['--header=X-Api-Key:hunter2'], ['Bearer hunter2'],
    ['--config={"user":"a","password":"hunter2"}'], ['--config={"password": "xy, z hunter2"}'], ['--config={"password":"x\\"y hunter2"}'], ['--config={password:hunter2}'], ["--config={'dbPass': 'hunter2'}"],
    ['--connection', 'Server=db;User=a;Password=hunter2;'], ['--env=DB_PASS=hunter2'], ['--define=process.env.SECRET="hunter2"'], ['https://h/x?y=hunter2#z'], ['https://h/x#access_token=hunter2'],
    ['-e', 'connect("hunter2")'], ['--eval', 'login("hunter2")'], ['--eval=login("hunter2")'], ['-p', 'login("hunter2")'], ['NODE_OPTIONS=--import x --token hunter2'],
  ];
  for (const args of SECRETS) assert.ok(!maskArguments(args).join(' ').includes('hunter2'), `${args.join(' ')} → ${maskArguments(args).join(' ')}`);
  for (const key of ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY', 'sk_live_51H8aBcDeFgHiJkLmNoP', 'https://hooks.example.com/services/T0B1/a1b2c3d4e5f6a7b8c9d0e1f2']) assert.match(maskText(key), /\(masked\)$/);
});

test('what is no secret is told', () => {
  for (const args of [['--port', '8080'], ['-p', '8080'], ['-p', '8080:80'], ['--host=http://localhost:3000/'], ['--registry=http://registry:4873/@scope/name'], ['--inspect=127.0.0.1:9229'], ['/srv/app/server.js:12:3'], ['--import=./instrument.mjs'], ['--compass', 'north'], ['--user', 'www-data'], ['C:\\srv\\app.js'], ['{"port":8080,"name":"shop"}']]) assert.deepEqual(maskArguments(args), args);
});

test('of environment variables only those of Node itself and of the system are told', () => {
  const told = maskVariables({ NODE_REDIS_PASSWORD: 'hunter2', NODE_DB: 'hunter2', KUBERNETES_TOKEN: 'hunter2', npm_config__auth: 'hunter2', npm_lifecycle_script: 'node x.js --password hunter2', KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_PORT_443_TCP_ADDR: '10.0.0.1', NODE_ENV: 'production' });
  assert.ok(!JSON.stringify(told).includes('hunter2'), JSON.stringify(told));
  assert.deepEqual([told['KUBERNETES_SERVICE_HOST'], told['KUBERNETES_PORT_443_TCP_ADDR'], told['NODE_ENV'], told['npm_lifecycle_script']], ['10.0.0.1', '10.0.0.1', 'production', 'node x.js --password (masked)']);
});
