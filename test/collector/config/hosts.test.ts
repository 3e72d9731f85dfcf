import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Config } from '../../../collector/config/index.ts';
import { effort } from '../../effort.ts';
import { certificate } from '../certificate.ts';
import { config, faults } from './read.ts';

const hostsOf = (hosts: string, more = ''): Config['collector']['hosts'] => config(`[collector]\nsecret_header = s\nhosts = "${hosts}"\n${more}`).collector.hosts;

describe('an entry of hosts', () => {
  for (const [entry, name, href] of [
    ['web:8000', 'web:8000', 'http://web:8000/liveprofiler'],
    ['web:80', 'web:80', 'http://web/liveprofiler'],
    ['WEB.Example.com:1', 'web.example.com:1', 'http://web.example.com:1/liveprofiler'],
    ['my_service:1', 'my_service:1', 'http://my_service:1/liveprofiler'],
    ['10.0.0.1:65535', '10.0.0.1:65535', 'http://10.0.0.1:65535/liveprofiler'],
    ['[::0:1]:8000', '[::1]:8000', 'http://[::1]:8000/liveprofiler'],
    ['http://web', 'web:80', 'http://web/liveprofiler'],
    ['https://web/', 'web:443', 'https://web/liveprofiler'],
    ['HTTPS://web:8443/liveprofiler', 'web:8443', 'https://web:8443/liveprofiler'],
    ['https://web/a/b', 'web:443/a/b', 'https://web/a/b'],
    ['http://[fe80::1]:81/x', '[fe80::1]:81/x', 'http://[fe80::1]:81/x'],
    ['bücher.example:1', 'xn--bcher-kva.example:1', 'http://xn--bcher-kva.example:1/liveprofiler'],
  ] as const) {
    test(`${entry} is ${name} at ${href}`, () => {
      assert.deepEqual(hostsOf(entry).map((host) => [host.name, host.url.href]), [[name, href]]);
    });
  }

  test('names the host that its URL asks, whatever the name and port', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
    fc.assert(fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 65_535 }), (labels, port) => {
      const name = `${labels.join('.')}:${port}`;
      const [host] = hostsOf(name);
      assert.equal(host?.name, name);
      assert.equal(host.url.host, port === 80 ? labels.join('.') : name);
      // And the name can stand in a URL of the page.
      assert.equal(decodeURIComponent(new URL(`http://page/graph/${encodeURIComponent(name)}/`).pathname.split('/')[2] ?? ''), name);
    }), { numRuns: effort(200, 5000) });
  });

  test('as a range is every port of it, both ends included', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 0, max: 999 }), (from, more) => {
      const to = Math.min(65_535, from + more);
      assert.deepEqual(hostsOf(`web:${from}..${to}`).map(({ name }) => name), Array.from({ length: to - from + 1 }, (_, index) => `web:${from + index}`));
    }), { numRuns: effort(50, 1000) });
  });

  for (const [hosts, ...told] of [
    ['web.example.com', 'web.example.com has no port: write web.example.com:PORT with the port of the service.'],
    ['web', 'web has no port, and there is no section [host web]: write web:PORT with the port of the service, or that section.'],
    ['[::1]', '[::1] has no port: write [::1]:PORT with the port of the service.'],
    ['::1:8000', '::1:8000 has several colons: write an IPv6 address in brackets, such as [::1]:8000.'],
    ['[::g]:1', '[::g] is not the name or address of a host.'],
    ['127.1:80', '127.1 is not the name or address of a host: write an IPv4 address as four numbers.'],
    ['a..b:80', 'a..b is not the name or address of a host.'],
    ['web:0', 'web:0 has no port from 1 to 65535.'],
    ['web:65536', 'web:65536 has no port from 1 to 65535.'],
    ['web:123456', 'web:123456 has no port from 1 to 65535.'],
    ['web:', 'web: has no port from 1 to 65535.'],
    ['web:http', 'web:http has no port from 1 to 65535.'],
    ['http://web:0/', 'http://web:0/ has no port from 1 to 65535.'],
    ['web:9..8', 'web:9..8 runs backwards.'],
    ['web:1..1001', 'web:1..1001 is more than 1000 ports.'],
    ['web:1..65536', 'web:1..65536 has no port from 1 to 65535.'],
    ['web:1/x', 'web:1/x has a path: write the whole URL, such as http://web:8000/own/path.'],
    ['ftp://web/', 'ftp://web/ is neither http nor https.'],
    ['http:/web/', 'http:/web/ is not a whole URL such as http://web:8000/own/path.'],
    ['http://web:1..2/', 'http://web:1..2/ is not a whole URL such as http://web:8000/own/path.'],
    ['http://web/#x', 'http://web/#x holds a query or a fragment: write the address without.'],
    ['a:1 b:2', 'a:1 b:2 holds a space: separate addresses by commas.'],
    ['a:1,', 'An entry is empty: there is a comma too many.'],
    [`${'a'.repeat(499)}:1`, 'An address is longer than 500 characters.'],
    ['a:1, http://a:1', 'a:1 is there twice: write it once.'],
    ['a:1..3, a:2', 'a:2 is there twice: write it once.'],
    ['a:x, b:x, c', 'a:x has no port from 1 to 65535.', 'b:x has no port from 1 to 65535.', 'c has no port, and there is no section [host c]: write c:PORT with the port of the service, or that section.'],
  ] as const) {
    test(`${hosts} is refused`, () => {
      const shown = hosts.length > 100 ? `"${hosts.slice(0, 99)}…` : `"${hosts}"`;
      assert.deepEqual(
        faults(`[collector]\nsecret_header = s\nhosts = "${hosts}"\n`),
        told.map((why) => `line 3: [collector] hosts = ${shown}: ${why} Allowed: entries separated by commas: web:8000, web:8000..8003, [::1]:8000, https://web.example.com/own/path, dns:web.internal:8000, file:hosts.json, or the ALIAS of a section [host ALIAS].`),
      );
    });
  }

  test('is not shown when it, or its neighbour, may hold a password', () => {
    for (const hosts of ['http://ann:s3cret@web', 'http://ann:s3,cret@web', 'ann:s3cret@web:80', 'web:1?t=s3cret', 'http://ann:s3/cret@web:80/, a:x']) {
      const told = faults(`[collector]\nsecret_header = s\nhosts = ${hosts}\n`).join('\n');
      assert.ok(!/s3|cret@|ann/.test(told), told);
    }
    assert.match(faults('[collector]\nsecret_header = s\nhosts = http://ann:s3cret@web, b:x\n').join('\n'), /hosts = \(hidden\): An address holds a user or password: .*\n.*entry 2 \(hidden\) has no port/);
  });

  test('may be as long as an address can be', () => {
    const name = [...Array.from({ length: 3 }, () => 'a'.repeat(63)), 'a'.repeat(61)].join('.');
    const path = `/${'p'.repeat(500 - 'http://'.length - name.length - 1)}`;
    assert.equal(hostsOf(`http://${name}${path}`)[0]?.name, `${name}:80${path}`);
  });

  test('is bounded in number', () => {
    const tenThousand = Array.from({ length: 10 }, (_, index) => `h${index}:1..1000`).join(', ');
    assert.equal(hostsOf(tenThousand).length, 10_000);
    assert.match(faults(`[collector]\nsecret_header = s\nhosts = ${tenThousand}, a:1\n`).join('\n'), /: These are more than 10000 hosts\./);
    assert.match(faults(`[collector]\nsecret_header = s\nhosts = ${tenThousand}\n[host a]\naddress = a:1\n`).join('\n'), /: These are more than 10000 hosts\./);
    const ranges = Array.from({ length: 9999 }, (_, index) => `h${index}:1..1000`).join(',');
    assert.match(faults(`[collector]\nsecret_header = s\nhosts = ${ranges}\n`).join('\n'), /: These are more than 10000 hosts\./);
    assert.match(faults(`[collector]\nsecret_header = s\nhosts = ${'a:x,'.repeat(20_000)}\n`).join('\n'), /: There are more than 10000 entries\./);
  });
});

describe('a section of a host', () => {
  test('is a host by itself, and where hosts lists it', () => {
    const sections = '[host b]\naddress = web:2\nservice = shop\nlabels = tier=front, region = eu\nsecret_header = own\n[host a-1_]\naddress = https://web/x\n';
    const hosts = hostsOf('web:1, a-1_', sections);
    assert.deepEqual(hosts.map(({ name, url, secret, labels }) => [name, url.href, secret, Object.entries(labels)]), [
      ['web:1', 'http://web:1/liveprofiler', 's', []],
      ['a-1_', 'https://web/x', 's', []],
      ['b', 'http://web:2/liveprofiler', 'own', [['region', 'eu'], ['service', 'shop'], ['tier', 'front']]],
    ]);
  });

  test('is enough, without hosts and without a common secret', () => {
    const own = '[host a]\naddress = web:1\nsecret_header = x\n';
    assert.equal(config(own).collector.hosts.length, 1);
    assert.equal(config(`[collector]\nhosts =\n${own}`).collector.hosts.length, 1);
  });

  for (const [lines, ...told] of [
    ['service = x', 'line 4: [host a] address: It is missing. Allowed: one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json.'],
    ['address = web', 'line 5: [host a] address = web: web has no port: write web:PORT with the port of the service. Allowed: one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json.'],
    ['adress = web:2', 'line 5: [host a] adress = (hidden): There is no such key. Did you mean address? Allowed: address, secret_header, admin_secret, service, labels, ca, cert, key.'],
    ['address = web:2..3', 'line 5: [host a] address = web:2..3: A section is one host: write a range of ports in hosts of [collector]. Allowed: one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json.'],
    ['address = web:1', 'line 5: [host a] address = web:1: The address is that of an entry of hosts too: write it once. Allowed: one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json.'],
    ['address = web:2\n[host b]\naddress = http://web:2/', 'line 7: [host b] address = http://web:2/: The address is that of [host a] too: write it once. Allowed: one address: web:8000, [::1]:8000 or https://web.example.com/own/path; or one entry such as dns:web.internal:8000 or file:hosts.json.'],
    ['address = web:2\nca = x', 'line 6: [host a] ca = x: It has no use here: the address does not begin with https://. Allowed: a path, relative to this file, of a PEM file.'],
    ['address = web:2\nlabels = a, 1x=2, b=, c=1, c=2, =3', ...['a is not a pair such as region=eu.', '1x is not a label name: it begins with a letter and holds letters, digits, "_", "-" and ".".', 'b= is not a pair such as region=eu.', 'The label c is there twice.', '"" is not a label name: it begins with a letter and holds letters, digits, "_", "-" and ".".'].map((why) => `line 6: [host a] labels = a, 1x=2, b=, c=1, c=2, =3: ${why} Allowed: name = value pairs separated by commas, such as region=eu, tier=web.`)],
    ['address = web:2\nservice = x\nlabels = service=y', 'line 7: [host a] labels = service=y: The service is there already, as a key of its own. Allowed: name = value pairs separated by commas, such as region=eu, tier=web.'],
  ] as const) {
    test(`with ${JSON.stringify(lines)} is refused`, () => {
      assert.deepEqual(faults(`[collector]\nsecret_header = s\nhosts = web:1\n[host a]\n${lines}\n`), told);
    });
  }

  test('without its address is that fault alone', () => {
    assert.equal(faults('[host a]\nservice = x\n').length, 1);
  });

  test('twice in hosts, or with the address of an entry of hosts, is refused', () => {
    const told = (hosts: string): string => faults(`[collector]\nsecret_header = s\nhosts = ${hosts}\n[host a]\naddress = web:1\n`).join('\n');
    assert.match(told('a, a'), /: a is there twice: write it once\./);
    assert.match(told('a, web:1'), /: web:1 is the address of \[host a\] too: write it once\./);
  });
});

describe('files of a host', () => {
  const read = (keys: string, files: Readonly<Record<string, string>>): Parameters<typeof faults> => [`[host a]\naddress = https://web\nsecret_header = s\n${keys}`, { files }];
  const { cert, key } = certificate;
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const files = { '/etc/liveprofiler/other.pem': other, '/etc/liveprofiler/c.pem': cert, '/etc/liveprofiler/k.pem': key, '/abs/ca.pem': cert + cert, '/etc/liveprofiler/junk': 'junk' };

  test('are none when none is named', () => {
    assert.equal(config(...read('', files)).collector.hosts[0]?.tls, undefined);
  });

  test('are read from the folder of the configuration', () => {
    assert.deepEqual(config(...read('ca = /abs/ca.pem\ncert = c.pem\nkey = ./k.pem\n', files)).collector.hosts[0]?.tls, { ca: cert + cert, cert, key });
  });

  for (const [keys, told] of [
    ['ca = nope', 'line 4: [host a] ca = nope: There is no such file: check its path.'],
    ['ca = junk', 'line 4: [host a] ca = junk: The file does not hold a certificate in PEM.'],
    ['cert = c.pem', 'line 4: [host a] cert = c.pem: It needs key beside it.'],
    ['key = k.pem', 'line 4: [host a] key = k.pem: It needs cert beside it.'],
    ['cert = c.pem\nkey = other.pem', 'line 5: [host a] key = other.pem: It does not go with cert: it is the key of another, or one of them is too weak for TLS.'],
    ['cert = c.pem\nkey = c.pem', 'line 5: [host a] key = c.pem: The file does not hold a private key in PEM without a passphrase.'],
  ] as const) {
    test(`${JSON.stringify(keys)} is refused`, () => {
      assert.deepEqual(faults(...read(keys, files)), [`${told} Allowed: a path, relative to this file, of a PEM file.`]);
    });
  }
});

describe('where hosts come from that come and go', () => {
  const files = { '/etc/liveprofiler/hosts.json': '[{"targets": ["web:1"]}]', '/abs/all hosts.json': '[]', '/etc/liveprofiler/half.json': '[{"targets": [', '/etc/liveprofiler/odd.json': '[{"targets": ["x", 1]}]' };
  const read = (hosts: string, more = ''): Config['collector'] => config(`[collector]\nsecret_header = s\nhosts = ${hosts}\n${more}`, { files }).collector;
  const told = (hosts: string): string[] => faults(`[collector]\nsecret_header = s\nhosts = ${hosts}\n`, { files }).map((fault) => fault.replace(/^line 3: \[collector\] hosts = .*?: (?=\S*: |The|These|dns:|file:)/, '').replace(/ Allowed: .*$/, ''));

  test('are names of the DNS and files, beside hosts', () => {
    const { hosts, sources } = read('web:1, dns:Payments.internal:8080, dns:https://pay.example.com/own, dns:a:1..2, file:hosts.json, "file:/abs/all hosts.json"'.replaceAll('"', ''));
    assert.deepEqual(hosts.map(({ name }) => name), ['web:1']);
    assert.deepEqual(sources.map((source) => [source.name, source.secret, source.kind === 'dns' ? source.url.href : source.path]), [
      ['dns:payments.internal:8080', 's', 'http://payments.internal:8080/liveprofiler'],
      ['dns:pay.example.com:443/own', 's', 'https://pay.example.com/own'],
      ['dns:a:1', 's', 'http://a:1/liveprofiler'],
      ['dns:a:2', 's', 'http://a:2/liveprofiler'],
      ['file:hosts.json', 's', '/etc/liveprofiler/hosts.json'],
      ['file:/abs/all hosts.json', 's', '/abs/all hosts.json'],
    ]);
  });

  test('are enough without any host, and hosts may be called dns and file', () => {
    assert.deepEqual(read('dns:a:1').hosts, []);
    const { hosts, sources } = read('dns:8000, file:1..2');
    assert.deepEqual([hosts.map(({ name }) => name), sources], [['dns:8000', 'file:1', 'file:2'], []]);
  });

  test('need the common secret', () => {
    assert.match(faults('[collector]\nhosts = dns:a:1\n').join('\n'), /secret_header: It is missing, and dns:a:1 has no secret of its own\./);
  });

  for (const [hosts, ...why] of [
    ['dns:a', 'a has no port: write a:PORT with the port of the service.'],
    ['dns:10.0.0.1:80', 'dns:10.0.0.1:80 is an address already: write it without dns:.'],
    ['dns:[::1]:80', 'dns:[::1]:80 is an address already: write it without dns:.'],
    ['dns:a:1, dns:http://a:1', 'dns:a:1 is there twice: write it once.'],
    ['file:', 'file: names no file.'],
    ['file:nope.json', 'nope.json: There is no such file: check its path.'],
    ['file:half.json', 'half.json: The file is not whole JSON.'],
    ['file:odd.json, file:nope.json', 'odd.json: Group 1: x has no port: write x:PORT with the port of the service.', 'odd.json: Group 1 has a target that is no text.', 'nope.json: There is no such file: check its path.'],
    ['file:hosts.json, file:hosts.json', 'file:hosts.json is there twice: write it once.'],
    [Array.from({ length: 101 }, (_, index) => `dns:a:${index + 1}`).join(', '), 'These are more than 100 entries with dns: or file:.'],
  ] as const) {
    test(`${hosts.slice(0, 40)} is refused`, () => {
      const all = told(hosts).join('\n');
      for (const one of why) assert.ok(all.includes(one), all);
      assert.equal(told(hosts).length, why.length);
    });
  }
});

describe('a section whose address is a source', () => {
  const pem = (name: string): string => readFileSync(new URL(`../../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
  const files = { '/etc/liveprofiler/hosts.json': '[]', '/etc/liveprofiler/ca.pem': pem('authority.pem') };

  test('gives all its hosts a secret, an authority and labels of their own, wherever it is listed', () => {
    const sections = '[host pay]\naddress = dns:https://pay.example.com\nsecret_header = own\nadmin_secret = heap\nservice = payments\nlabels = region=eu\nca = ca.pem\n[host more]\naddress = file:hosts.json\nsecret_header = other\n';
    const { hosts, sources } = config(`[collector]\nhosts = pay\n${sections}`, { files }).collector;
    assert.deepEqual(hosts, []);
    assert.deepEqual(sources.map((source) => ({ ...source, ...('url' in source && { url: source.url.href }) })), [
      { kind: 'dns', name: 'dns:pay.example.com:443', url: 'https://pay.example.com/liveprofiler', secret: 'own', adminSecret: 'heap', labels: { region: 'eu', service: 'payments' }, tls: { ca: files['/etc/liveprofiler/ca.pem'] } },
      { kind: 'file', name: 'file:hosts.json', path: '/etc/liveprofiler/hosts.json', secret: 'other', labels: {} },
    ]);
  });

  test('takes the common secret where it has none, and needs one', () => {
    const [source] = config('[collector]\nsecret_header = s\nadmin_secret = t\n[host pay]\naddress = dns:a:1\n').collector.sources;
    assert.deepEqual([source?.secret, source?.adminSecret], ['s', 't']);
    assert.match(faults('[host pay]\naddress = dns:a:1\n').join('\n'), /secret_header: It is missing, and \[host pay\] has no secret of its own\./);
  });

  for (const [lines, why] of [
    ['address = dns:a', /^line 5: \[host pay\] address = dns:a: a has no port: write a:PORT with the port of the service\./],
    ['address = dns:10.0.0.1:80', /^line 5: .* dns:10\.0\.0\.1:80 is an address already: write it without dns:\./],
    ['address = dns:a:1..2', /^line 5: .* A section is one host: write a range of ports in hosts/],
    ['address = file:', /^line 5: .* file: names no file\./],
    ['address = file:nope.json', /^line 5: .* nope\.json: There is no such file: check its path\./],
    ['address = dns:b:1', /^line 5: .* dns:b:1 is there twice: write it once\./],
    ['address = dns:a:1\nca = ca.pem', /^line 6: \[host pay\] ca = ca\.pem: It has no use here: the address does not begin with https:/],
  ] as const) {
    test(`with ${JSON.stringify(lines)} is refused`, () => {
      const told = faults(`[collector]\nsecret_header = s\nhosts = dns:b:1\n[host pay]\n${lines}\n`, { files });
      assert.equal(told.length, 1, told.join('\n'));
      assert.match(told[0] ?? '', why);
    });
  }
});

describe('admin_secret', () => {
  const read = (more: string): (string | undefined)[] => config(`[collector]\nsecret_header = s\n${more}`).collector.hosts.map(({ adminSecret }) => adminSecret);

  test('a host has its own, or that of [collector]; without either its heap is not asked for', () => {
    assert.deepEqual(read('hosts = a:1\n[host b]\naddress = b:1\n'), [undefined, undefined]);
    assert.deepEqual(read('admin_secret = t\nhosts = a:1\n[host b]\naddress = b:1\n[host c]\naddress = c:1\nadmin_secret = u\n'), ['t', 't', 'u']);
  });

  test('it is another than the one that profiles are read with', () => {
    const told = (text: string): string => faults(text).join('\n');
    const same = /secret_header and admin_secret are the same, and no sampler takes one for both/;
    assert.match(told('[collector]\nsecret_header = s\nadmin_secret = s\nhosts = a:1\n'), same);
    assert.match(told('[collector]\nsecret_header = s\nhosts = a:1\n[host b]\naddress = b:1\nadmin_secret = s\n'), same);
    assert.match(told('[collector]\nsecret_header = s\nadmin_secret = t\nhosts = a:1\n[host b]\naddress = b:1\nsecret_header = t\n'), same);
  });
});
