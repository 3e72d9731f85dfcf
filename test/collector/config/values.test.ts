import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleConfig } from '../../../collector/config/index.ts';
import { certificate } from '../certificate.ts';
import { config, faults } from './read.ts';

const SMALLEST = '[collector]\nsecret_header = s3cret\nhosts = web:8000\n';

describe('a configuration without faults', () => {
  test('needs a secret and a host; the rest has defaults', () => {
    assert.deepEqual(config(SMALLEST), {
      dbpath: '/etc/liveprofiler/liveprofiler-data',
      retention: { rawMs: 2 * 86_400_000, minutesMs: 30 * 86_400_000, hoursMs: 400 * 86_400_000, daysMs: 400 * 86_400_000 },
      collector: {
        hosts: [{ name: 'web:8000', url: new URL('http://web:8000/liveprofiler'), secret: 's3cret', labels: {} }],
        sources: [],
        intervalMs: 10_000,
        timeoutMs: 5000,
        maxBytes: 32 * 2 ** 20,
        concurrency: 32,
      },
      visualizer: { listen: { host: '127.0.0.1', port: 9999 }, loopback: true, allowedHosts: [] },
    });
  });

  test('of an ancestor is read as it is', () => {
    const read = config(`
[global]
dbpath = /var/lib/liveprofiler
[collector]
secret_header = s3cret
hosts = localhost:9999, app.example.com:80
interval = 60
[sampler]
enabled = True
interval = 0.001
secret_header = own
`);
    assert.equal(read.dbpath, '/var/lib/liveprofiler');
    assert.equal(read.collector.intervalMs, 60_000);
    assert.deepEqual(read.collector.hosts.map(({ name }) => name), ['localhost:9999', 'app.example.com:80']);
    assert.deepEqual(read.sampler, { host: 'liveprofiler', secret: 'own', intervalUs: 1000 });
  });

  test('may begin with a byte order mark and end its lines in any way', () => {
    assert.equal(config(`\uFEFF${SMALLEST.replaceAll('\n', '\r\n')}`).collector.hosts.length, 1);
    assert.equal(config(SMALLEST.replaceAll('\n', '\r')).collector.hosts.length, 1);
  });

  test('asks no longer than the interval when only the interval is set', () => {
    assert.equal(config(`${SMALLEST}interval = 2s\n`).collector.timeoutMs, 2000);
    assert.equal(config(`${SMALLEST}interval = 2s\ntimeout = 2s\n`).collector.timeoutMs, 2000);
  });

  test('profiles itself only when that is enabled, with the common secret unless it has its own', () => {
    assert.equal(config(`${SMALLEST}[sampler]\ninterval = 5ms\n`).sampler, undefined);
    assert.deepEqual(config(`${SMALLEST}[sampler]\nenabled = yes\n`).sampler, { host: 'liveprofiler', secret: 's3cret', intervalUs: 10_000 });
  });

  test('may listen anywhere once it asks for user and password', () => {
    const { visualizer } = config(`${SMALLEST}[visualizer]\nlisten = 0.0.0.0:80\nuser = ann\npassword = "p;w: #1"\nallowed_hosts = Profiler.Example.com, 10.0.0.7, [::0:1], profiler.example.com\n`);
    assert.deepEqual(visualizer, {
      listen: { host: '0.0.0.0', port: 80 },
      loopback: false,
      credentials: { user: 'ann', password: 'p;w: #1' },
      allowedHosts: ['profiler.example.com', '10.0.0.7', '[::1]'],
    });
  });

  for (const [listen, host, port] of [['[::1]:0', '::1', 0], ['localhost:65535', 'localhost', 65_535], ['127.8.9.1:9', '127.8.9.1', 9], ['[::ffff:127.0.0.1]:9', '::ffff:7f00:1', 9]] as const) {
    test(`takes ${listen} for loopback`, () => {
      assert.deepEqual(config(`${SMALLEST}[visualizer]\nlisten = ${listen}\n`).visualizer, { listen: { host, port }, loopback: true, allowedHosts: [] });
    });
  }
});

describe('values', () => {
  const collector = (line: string) => config(`${SMALLEST}${line}\n`).collector;

  for (const [text, ms] of [['10', 10_000], ['1.5', 1500], ['10s', 10_000], ['500ms', 500], ['5m', 300_000], ['.5 m', 30_000], ['1h', 3_600_000]] as const) {
    test(`interval = ${text} is ${ms} ms`, () => {
      assert.equal(collector(`interval = ${text}`).intervalMs, ms);
    });
  }

  for (const [text, days] of [['14', 14], ['14d', 14], ['36h', 1.5], ['0.5', 0.5]] as const) {
    test(`days = ${text} is ${days} days`, () => {
      assert.equal(config(`${SMALLEST}[retention]\nraw = 1h\nminutes = 1h\nhours = 1h\ndays = ${text}\n`).retention.daysMs, days * 86_400_000);
    });
  }

  for (const [text, us] of [['0.005', 5000], ['10ms', 10_000], ['2.5ms', 2500], ['1s', 1_000_000]] as const) {
    test(`interval = ${text} of the sampler is ${us} µs`, () => {
      assert.equal(config(`${SMALLEST}[sampler]\nenabled = on\ninterval = ${text}\n`).sampler?.intervalUs, us);
    });
  }

  for (const [text, bytes] of [['8MiB', 8_388_608], ['8MB', 8_000_000], ['1048576', 1_048_576], ['64 kib', 65_536], ['1.5mb', 1_500_000], ['1GB', 1e9], ['100000b', 100_000]] as const) {
    test(`max_response = ${text} is ${bytes} bytes`, () => {
      assert.equal(collector(`max_response = ${text}`).maxBytes, bytes);
    });
  }

  for (const [written, secret] of [['"a;b#c"', 'a;b#c'], ["'a;b'", 'a;b'], ['a\\;b', 'a;b'], ['"q\\"q\\\\"', 'q"q\\'], ['true', 'true'], ['null', 'null'], ['a=b', 'a=b'], ['0123', '0123'], ['a,b', 'a,b'], ['C:\\d', 'C:\\d'], ['$x{y}', '$x{y}']] as const) {
    test(`secret_header = ${written} is ${secret}`, () => {
      assert.equal(config(`[collector]\nhosts = web:1\nsecret_header = ${written}\n`).collector.hosts[0]?.secret, secret);
    });
  }
});

describe('values from the environment', () => {
  test('fill in the whole of a value or parts, and are not read as syntax again', () => {
    const env = { HOST: 'web', PORT: '8001', TOKEN: 'a;b # "c" ${HOST}', TWO: 'a:1, b:2' };
    const { hosts } = config('[collector]\nsecret_header = ${TOKEN}\nhosts = ${HOST}:${PORT}, ${TWO}\n', { env }).collector;
    assert.deepEqual(hosts.map(({ name }) => name), ['web:8001', 'a:1', 'b:2']);
    assert.equal(hosts[0]?.secret, 'a;b # "c" ${HOST}');
  });
});

describe('the example', () => {
  const env = { ADMIN_TOKEN: 'admin', WEB_ADMIN_TOKEN: 'web admin', PROFILER_TOKEN: 't', WEB_TOKEN: 't', OWN_TOKEN: 't', PROFILER_PASSWORD: 'p' };
  const files = { '/etc/liveprofiler/ca.pem': certificate.cert, '/etc/liveprofiler/client.pem': certificate.cert, '/etc/liveprofiler/client.key': certificate.key };

  test('is valid and says what holds anyway', () => {
    assert.deepEqual(config(exampleConfig(), { env }), config('[collector]\nsecret_header = t\nhosts = localhost:8000\n'));
  });

  test('is valid with every line of it set', () => {
    const all = exampleConfig().replace(/^;(?! )/gm, '');
    const { collector: { hosts }, ...rest } = config(all, { env, files });
    assert.deepEqual(hosts.map(({ name, labels }) => [name, labels]), [['localhost:8000', {}], ['web', { region: 'eu', service: 'web', tier: 'front' }]]);
    assert.deepEqual(Object.keys(rest.visualizer), ['listen', 'loopback', 'credentials', 'allowedHosts']);
  });

  test('shows every key that a misspelt one would be told of', () => {
    const shown = [...exampleConfig().matchAll(/^;?(\w+) = /gm)].map(([, key]) => key);
    const told = ['global', 'retention', 'collector', 'host web', 'visualizer', 'sampler'].flatMap((name) => {
      const line = faults(`[${name}]\nxyzzy = 1\n`).find((fault) => fault.includes('xyzzy'));
      return /Allowed: (.*)\.$/.exec(line ?? '')?.[1]?.split(', ') ?? [];
    });
    assert.deepEqual(shown, told);
  });
});
