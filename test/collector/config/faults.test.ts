import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleConfig } from '../../../collector/config/index.ts';
import { config, failure, faults } from './read.ts';

const HEAD = '[collector]\nsecret_header = s3cret\nhosts = web:8000\n';
const PATH = 'Allowed: a path, relative to this file.';
const SECRET = 'Allowed: letters, digits and signs of ASCII, as the secret of the sampler at the host.';
const LISTEN = 'Allowed: an address of this machine and a port, such as 127.0.0.1:9999 or [::1]:9999.';
const HOSTS = 'Allowed: entries separated by commas: web:8000, web:8000..8003, [::1]:8000, https://web.example.com/own/path, dns:web.internal:8000, file:hosts.json, or the ALIAS of a section [host ALIAS].';
const duration = (min: string, max: string, such: string, bare = 'seconds'): string => `Allowed: a duration from ${min} to ${max} in ms, s, m, h or d, such as ${such}; a bare number means ${bare}.`;

/** What follows HEAD, and what is told of it; HEAD is lines 1 to 3. */
function table(title: string, rows: readonly (readonly [text: string, ...told: string[]])[]): void {
  describe(title, () => {
    for (const [text, ...told] of rows) {
      test(JSON.stringify(text), () => {
        assert.deepEqual(faults(`${HEAD}${text}\n`), told);
      });
    }
  });
}

table('what ini would swallow', [
  ['[visualizer', 'line 4: This is not a section: write its name between one "[" and one "]".'],
  ['[host [::1]:80]\naddress = web:1', 'line 4: This is not a section: write its name between one "[" and one "]".'],
  ['[]', 'line 4: []: A section name is made of letters, digits, "-", "_" and a space, such as [host web]; the address of a host goes in address = below it.'],
  ['[host 10.0.0.1]\naddress = 10.0.0.1:80', 'line 4: [host 10.0.0.1]: A section name is made of letters, digits, "-", "_" and a space, such as [host web]; the address of a host goes in address = below it.'],
  ['[__proto__]\nx = 1', 'line 4: [__proto__]: A section name is made of letters, digits, "-", "_" and a space, such as [host web]; the address of a host goes in address = below it.'],
  [' [global]', 'line 4: A section must begin at the start of its line: remove the space before "[".'],
  ['[global] ; folder', 'line 4: Nothing may follow the "]" of a section, not even a comment.'],
  ['[global]\n[collector]', 'line 5: [collector]: The section is there twice, first in line 1: write it once.'],
  ['interval = 1s\ninterval = 2s', `line 5: [collector] interval = 2s: The key is there twice, first in line 4: write it once. ${duration('100ms', '1h', '10s')}`],
  ['hosts[] = b:1', 'line 4: [collector] hosts[] = (hidden): A key is made of letters, digits, "-" and "_".'],
  ['__proto__ = 1', 'line 4: [collector] __proto__ = (hidden): A key is made of letters, digits, "-" and "_".'],
  ['interval', 'line 4: [collector]: The line has no "=": write key = value, or a section in brackets.'],
  ['= 10s', 'line 4: [collector]: There is no key before "=".'],
  ['[global]\ndbpath = /a;b', `line 5: [global] dbpath = /a;b: A ";" or "#" would cut the value off there: put the value between double quotes, or a comment on a line of its own. ${PATH}`],
  ['[global]\ndbpath = /a # the folder', `line 5: [global] dbpath = /a # the folder: A ";" or "#" would cut the value off there: put the value between double quotes, or a comment on a line of its own. ${PATH}`],
  ['[global]\ndbpath = "C:\\data"', `line 5: [global] dbpath = "C:\\data": Double quotes hold text as in JSON: write \\\\ for a backslash and \\" for a quote. ${PATH}`],
  ['[global]\ndbpath = "/a', `line 5: [global] dbpath = "/a: The value opens with " and does not end with it: close the quotes, and put a comment on a line of its own. ${PATH}`],
  ['[global]\ndbpath = "', `line 5: [global] dbpath = ": The value opens with " and does not end with it: close the quotes, and put a comment on a line of its own. ${PATH}`],
  ["[global]\ndbpath = '", `line 5: [global] dbpath = ': The value opens with ' and does not end with it: close the quotes, and put a comment on a line of its own. ${PATH}`],
  ["[global]\ndbpath = '1e3'", `line 5: [global] dbpath = '1e3': Between single quotes this would be read as something else: use double quotes. ${PATH}`],
  ['[global]\ndbpath = /a\u2028b', 'line 5: [global]: The line holds a control character.'],
]);

test('a key before any section is a fault', () => {
  assert.deepEqual(faults(`dbpath = /x\n${HEAD}`), ['line 1: dbpath = (hidden): The key stands before any section: write a section in brackets above it.']);
});

table('unknown names', [
  ['intervall = 1s', 'line 4: [collector] intervall = (hidden): There is no such key. Did you mean interval? Allowed: secret_header, admin_secret, hosts, interval, timeout, concurrency, max_response.'],
  ['Interval = 1s', 'line 4: [collector] Interval = (hidden): There is no such key. Did you mean interval? Allowed: secret_header, admin_secret, hosts, interval, timeout, concurrency, max_response.'],
  ['dbpath = /x', 'line 4: [collector] dbpath = (hidden): There is no such key here; it belongs in [global]. Allowed: secret_header, admin_secret, hosts, interval, timeout, concurrency, max_response.'],
  ['constructor = /x', 'line 4: [collector] constructor = (hidden): There is no such key. Allowed: secret_header, admin_secret, hosts, interval, timeout, concurrency, max_response.'],
  ['[visualiser]\nlisten = x', 'line 4: [visualiser]: There is no such section. Did you mean [visualizer]? There are [global], [retention], [collector], [host ALIAS], [visualizer], [sampler].'],
  ['[hots web]', 'line 4: [hots web]: There is no such section. Did you mean [host ALIAS]? There are [global], [retention], [collector], [host ALIAS], [visualizer], [sampler].'],
  ['[grafana]', 'line 4: [grafana]: There is no such section. There are [global], [retention], [collector], [host ALIAS], [visualizer], [sampler].'],
  ['[host]', 'line 4: [host]: A host is written [host ALIAS], with one space and an ALIAS of at most 64 letters, digits, "-" and "_".'],
  ['[host __proto__]', 'line 4: [host __proto__]: A host is written [host ALIAS], with one space and an ALIAS of at most 64 letters, digits, "-" and "_".'],
]);

table('values out of bounds', [
  ['interval = soon', `line 4: [collector] interval = soon: This is not a duration. ${duration('100ms', '1h', '10s')}`],
  ['interval = -1', `line 4: [collector] interval = -1: This is not a duration. ${duration('100ms', '1h', '10s')}`],
  ['interval = 0', `line 4: [collector] interval = 0: It is less than 100ms. ${duration('100ms', '1h', '10s')}`],
  ['interval = 2h', `line 4: [collector] interval = 2h: It is more than 1h. ${duration('100ms', '1h', '10s')}`],
  ['interval = 1\u202es', `line 4: [collector] interval = 1\\u{202e}s: This is not a duration. ${duration('100ms', '1h', '10s')}`],
  [`interval = ${'9'.repeat(400)}`, `line 4: [collector] interval = ${'9'.repeat(100)}…: It is more than 1h. ${duration('100ms', '1h', '10s')}`],
  ['interval =', `line 4: [collector] interval = (empty): It is empty: write a value, or remove the line. ${duration('100ms', '1h', '10s')}`],
  ['interval = " "', `line 4: [collector] interval = " ": It is empty: write a value, or remove the line. ${duration('100ms', '1h', '10s')}`],
  ['interval = "10s "', `line 4: [collector] interval = "10s ": It begins or ends with a space. ${duration('100ms', '1h', '10s')}`],
  ['timeout = 11s', `line 4: [collector] timeout = 11s: It is longer than interval, which is 10s: a pull must end before the next one. ${duration('100ms', '1h', '5s')}`],
  ['concurrency = 1.5', 'line 4: [collector] concurrency = 1.5: This is not a whole number. Allowed: a whole number from 1 to 1000.'],
  ['concurrency = 0', 'line 4: [collector] concurrency = 0: It is less than 1. Allowed: a whole number from 1 to 1000.'],
  ['max_response = 8 MiBs', 'line 4: [collector] max_response = 8 MiBs: This is not a size. Allowed: a size from 64KiB to 1GiB, such as 8MiB, 8MB or 1048576; a bare number means bytes.'],
  ['max_response = 1k', 'line 4: [collector] max_response = 1k: This is not a size. Allowed: a size from 64KiB to 1GiB, such as 8MiB, 8MB or 1048576; a bare number means bytes.'],
  ['[retention]\nraw = 10m', `line 5: [retention] raw = 10m: It is less than 1h. ${duration('1h', '3650d', '14d', 'days')}`],
  ['[sampler]\nenabled = maybe', 'line 5: [sampler] enabled = maybe: This is neither true nor false. Allowed: true or false.'],
  ['[sampler]\nenabled = true\n[host liveprofiler]\naddress = web:1', 'line 5: [sampler] enabled = true: The visualizer itself is then the host liveprofiler: give [host liveprofiler] another name. Allowed: true or false.'],
  ['[sampler]\ninterval = 10', `line 5: [sampler] interval = 10: It is more than 1s. ${duration('1ms', '1s', '10ms')}`],
  ['[visualizer]\nlisten = 9999', `line 5: [visualizer] listen = 9999: Write the address too: 127.0.0.1:9999. ${LISTEN}`],
  ['[visualizer]\nlisten = [::1]:65536', `line 5: [visualizer] listen = [::1]:65536: This is not an address and a port from 0 to 65535. ${LISTEN}`],
  ['[visualizer]\nlisten = 0:1', `line 5: [visualizer] listen = 0:1: 0 is not the name or address of a host: write an IPv4 address as four numbers. ${LISTEN}`],
  ['[visualizer]\nallowed_hosts = a, b:1, ::1', ...['b:1 is not the name or address of a host.', '::1 is not the name or address of a host: write an IPv6 address in brackets, such as [::1].'].map((why) => `line 5: [visualizer] allowed_hosts = a, b:1, ::1: ${why} Allowed: names without port separated by commas, such as profiler.example.com, 10.0.0.7.`)],
]);

test('lists are bounded in number', () => {
  const list = (length: number): string => `${HEAD}[visualizer]\nallowed_hosts = ${Array.from({ length }, (_, index) => `n${index}`).join(',')}\n`;
  assert.equal(config(list(100)).visualizer.allowedHosts.length, 100);
  assert.match(faults(list(101)).join('\n'), /: There are more than 100 entries\. Allowed: names/);
});

table('who may see the page', [
  ...['0.0.0.0:80', '[::]:80', '10.0.0.1:80', 'profiler.example.com:80', '[::ffff:10.0.0.1]:80'].map((listen) => [
    `[visualizer]\nlisten = ${listen}`,
    `line 5: [visualizer] listen = ${listen}: Other machines can reach the page there: set user and password, or listen on 127.0.0.1. ${LISTEN}`,
  ] as const),
  ['[visualizer]\nuser = ann', 'line 5: [visualizer] user = ann: It needs password beside it. Allowed: a name without ":".'],
  ['[visualizer]\nlisten = 0.0.0.0:80\npassword = s3cret', 'line 6: [visualizer] password = (hidden): It needs user beside it. Allowed: any text.'],
  ['[visualizer]\nuser = a:b\npassword = s3cret', 'line 5: [visualizer] user = a:b: A ":" ends the name when a browser sends it. Allowed: a name without ":".'],
]);

describe('secrets', () => {
  for (const [text, ...told] of [
    ['[collector]\nhosts = web:1', `line 1: [collector] secret_header: It is missing, and web:1 has no secret of its own. ${SECRET}`],
    ['[host a]\naddress = web:1', `[collector] secret_header: It is missing, and [host a] has no secret of its own. ${SECRET}`],
    ['[collector]\nhosts = web:1..3\n[host a]\naddress = x:1\nsecret_header = s', `line 1: [collector] secret_header: It is missing, and web:1 and 2 more have no secret of its own. ${SECRET}`],
    ['[collector]\nhosts = web', `line 1: [collector] secret_header: It is missing. ${SECRET}`, `line 2: [collector] hosts = web: web has no port, and there is no section [host web]: write web:PORT with the port of the service, or that section. ${HOSTS}`],
    ['[collector]\nhosts = web:1\nsecret_haeder = s', 'line 3: [collector] secret_haeder = (hidden): There is no such key. Did you mean secret_header? Allowed: secret_header, admin_secret, hosts, interval, timeout, concurrency, max_response.'],
    ['[collector]\nhosts = web:1\nsecret_header s', 'line 3: [collector]: The line has no "=": write key = value, or a section in brackets.'],
    ['[collector]\nhosts = web:1\nsecret_header = s;x', `line 3: [collector] secret_header = (hidden): A ";" or "#" would cut the value off there: put the value between double quotes, or a comment on a line of its own. ${SECRET}`],
    ['[collector]\nhosts = web:1\nsecret_header =', `line 3: [collector] secret_header = (hidden): It is empty: write a value, or remove the line. ${SECRET}`],
    ['[collector]\nhosts = web:1\nsecret_header = pässword', `line 3: [collector] secret_header = (hidden): It holds a character outside ASCII, which HTTP headers do not carry. ${SECRET}`],
    ['[host a]\naddress = web:1\nsecret_header = s\n[sampler]\nenabled = true', `line 4: [sampler] secret_header: It is missing, and [collector] has none either. ${SECRET}`],
  ] as const) {
    test(JSON.stringify(text), () => {
      assert.deepEqual(faults(text), told);
    });
  }
});

describe('hosts', () => {
  for (const [text, ...told] of [
    ['', 'secret_header: It is missing.', 'hosts: There is no host: name at least one here, or write a section [host ALIAS].'],
    ['[collector]\nsecret_header = s', 'hosts: There is no host: name at least one here, or write a section [host ALIAS].'],
    ['[collector]\nsecret_header = s\nhosts =', 'hosts = (empty): There is no host: name at least one here, or write a section [host ALIAS].'],
  ] as const) {
    test(`none is a fault: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(faults(text).map((line) => line.replace(/.*\[collector\] | Allowed: .*/g, '')).toSorted(), told.toSorted());
    });
  }
});

describe('a fault', () => {
  const places = (text: string): string[] => faults(text).map((line) => /^line \d+/.exec(line)?.[0] ?? line);

  for (const [title, text, lines] of [
    ['of a header is not told again of who names the host', '[collector]\nsecret_header = s\nhosts = web\n[host web\naddress = web:1', [4]],
    ['of a host\'s name is not told again as no host', '[collector]\nsecret_header = s\n[hots web]\naddress = web:1', [3]],
    ['of another section is no excuse', '[collector]\nsecret_header = s\nhosts = web\n[global.x]', [3, 4]],
    ['of a key is not told again as no key', '[collector]\nsecret_haeder = s\nhost = web:1', [2, 3]],
    ['of a section is not told again as no keys', '[collectors]\nsecret_header = s\nhosts = web:1', [1]],
    ['of the value of interval leaves timeout alone', '[collector]\nsecret_header = s\nhosts = web:1\ninterval = x\ntimeout = 20s', [4]],
    ['of listen leaves user alone', '[collector]\nsecret_header = s\nhosts = web:1\n[visualizer]\nlisten = x\nuser = ann', [5, 6]],
  ] as const) {
    test(title, () => {
      assert.deepEqual(places(text), lines.map((line) => `line ${line}`));
    });
  }
});

describe('the environment', () => {
  const read = (hosts: string, env: Readonly<Record<string, string>>): string[] => faults(`[collector]\nsecret_header = \${TOKEN}\nhosts = ${hosts}\n`, { env }).map((line) => line.replace(/ Allowed: .*/, ''));

  test('is asked for every variable; each that is not set is named', () => {
    assert.deepEqual(read('${A}:1, ${B_2}:2, ${A}:3', {}), [
      'line 2: [collector] secret_header = (hidden): The environment variable TOKEN is not set.',
      'line 3: [collector] hosts = ${A}:1, ${B_2}:2, ${A}:3: The environment variable A is not set.',
      'line 3: [collector] hosts = ${A}:1, ${B_2}:2, ${A}:3: The environment variable B_2 is not set.',
    ]);
  });

  test('has no variables that objects are born with', () => {
    assert.deepEqual(read('${constructor}:1', { TOKEN: 's' }), ['line 3: [collector] hosts = ${constructor}:1: The environment variable constructor is not set.']);
  });

  test('is never shown', () => {
    assert.deepEqual(read('web:1, ${A}', { TOKEN: 'line\n', A: 'hush, web.hush' }), [
      'line 2: [collector] secret_header = (hidden): It holds a control character, such as the end of a line.',
      'line 3: [collector] hosts = web:1, ${A}: (from the environment) has no port: write (from the environment):PORT with the port of the service.',
      'line 3: [collector] hosts = web:1, ${A}: (from the environment) has no port, and there is no section [host (from the environment)]: write (from the environment):PORT with the port of the service, or that section.',
    ]);
  });

  test('must not empty a value, and "${" needs a name', () => {
    assert.deepEqual(read('${A}x${, web:${1}', { TOKEN: '', A: '' }), [
      'line 2: [collector] secret_header = (hidden): It is empty once its variables are filled in.',
      'line 3: [collector] hosts = ${A}x${, web:${1}: What follows "${" is not the name of a variable and "}". To have "${" in a value, put the value into a variable of the environment.',
    ]);
  });
});

describe('all faults', () => {
  test('are told at once, by line, as text and as data', () => {
    const error = failure('[collector]\nhosts = web\nintervall = 1s\n[visualizer]\nlisten = 0.0.0.0:1\n[retention]\nraw = 1s\n', { source: '/etc/x/config.ini' });
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, /^The configuration \/etc\/x\/config\.ini has 5 faults:\n {2}line 1: .*\n {2}line 2: .*\n {2}line 3: .*\n {2}line 5: .*\n {2}line 7: .*$/);
    assert.deepEqual(error.faults[4], {
      line: 7,
      section: 'retention',
      key: 'raw',
      value: '1s',
      why: 'It is less than 1h.',
      allowed: 'a duration from 1h to 3650d in ms, s, m, h or d, such as 14d; a bare number means days',
    });
  });

  test('are all told up to a hundred', () => {
    const { message } = failure(`${exampleConfig()}${'x\n'.repeat(100)}`, { env: { PROFILER_TOKEN: 't' } });
    assert.equal(message.split('\n').length, 101);
  });

  test('are counted when they are too many to be told', () => {
    const error = failure(`${exampleConfig()}${'x\n'.repeat(5000)}`, { env: { PROFILER_TOKEN: 't' } });
    assert.equal(error.faults.length, 5000);
    assert.equal(error.message.split('\n').length, 102);
    assert.match(error.message, /\n {2}… and 4900 more$/);
  });
});
