// A file of hosts is written by programs that nobody here vouches for: it is taken whole, or not at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHostList } from '../../../collector/sources/host-list.ts';
import { effort } from '../../effort.ts';

const list = (groups: unknown): ReturnType<typeof readHostList> => readHostList(JSON.stringify(groups));

test('targets are places, and labels are theirs, but for those that are Prometheus’ own', () => {
  const { hosts, count, faults } = list([
    { targets: ['web:8000', ' https://web.example.com/own/path ', '[::1]:80'], labels: { service: 'shop', __meta_x: 'y', zone: 'b', empty: '' } },
    { targets: ['job:1..2'] },
  ]);
  assert.deepEqual(faults, []);
  assert.equal(count, 5);
  assert.deepEqual(hosts.map(({ name, url, labels }) => [name, url.href, Object.entries(labels)]), [
    ['web:8000', 'http://web:8000/liveprofiler', [['service', 'shop'], ['zone', 'b']]],
    ['web.example.com:443/own/path', 'https://web.example.com/own/path', [['service', 'shop'], ['zone', 'b']]],
    ['[::1]:80', 'http://[::1]/liveprofiler', [['service', 'shop'], ['zone', 'b']]],
    ['job:1', 'http://job:1/liveprofiler', []],
    ['job:2', 'http://job:2/liveprofiler', []],
  ]);
});

test('a place that is there twice is one host, with the labels of the first group', () => {
  const { hosts, count } = list([{ targets: ['web:1', 'WEB:1'], labels: { a: '1' } }, { targets: ['http://web:1/'], labels: { a: '2' } }]);
  assert.deepEqual(hosts.map(({ name, labels }) => [name, { ...labels }]), [['web:1', { a: '1' }]]);
  assert.equal(count, 1);
});

test('what is too much is cut and counted', () => {
  const { hosts, count } = list([{ targets: Array.from({ length: 2500 }, (_, index) => `h${index}:1`) }]);
  assert.deepEqual([hosts.length, hosts.at(-1)?.name, count], [2000, 'h1999:1', 2500]);
  assert.equal(list([{ targets: Array.from({ length: 60 }, (_, index) => `h${index}:1..1000`) }]).hosts.length, 2000);
});

for (const [text, told] of [
  ['', 'The file is not whole JSON.'],
  ['[{"targets": ["web:1"', 'The file is not whole JSON.'],
  ['{"targets": ["web:1"]}', 'The file is not a list of groups such as [{ "targets": ["web:8000"] }].'],
  ['"web:1"', 'The file is not a list of groups such as [{ "targets": ["web:8000"] }].'],
  ['["web:1"]', 'Group 1 is not an object with targets and labels.'],
  ['[null]', 'Group 1 is not an object with targets and labels.'],
  ['[[]]', 'Group 1 is not an object with targets and labels.'],
  ['[{"target": ["web:1"]}]', 'Group 1 holds "target": there are only targets and labels.'],
  ['[{"targets": ["web:1"], "__proto__": {"labels": 1}}]', 'Group 1 holds "__proto__": there are only targets and labels.'],
  ['[{"labels": {}}]', 'Group 1 has no list of targets.'],
  ['[{"targets": {"0": "web:1"}}]', 'Group 1 has no list of targets.'],
  ['[{"targets": ["web:1"]}, {"targets": [1]}]', 'Group 2 has a target that is no text.'],
  ['[{"targets": ["web"]}]', 'Group 1: web has no port: write web:PORT with the port of the service.'],
  ['[{"targets": ["dns:web:1"]}]', 'Group 1: dns:web:1 has several colons: write an IPv6 address in brackets, such as [::1]:8000.'],
  ['[{"targets": ["http://ann:s3cret@web/"]}]', 'Group 1: An address holds a user or password: the secret goes in secret_header, and nothing else is sent.'],
  ['[{"targets": ["http://web/?s3cret"]}]', 'Group 1: (hidden) holds a query or a fragment: write the address without.'],
  ['[{"targets": ["a\\u001b[31m:1"]}]', 'Group 1: a\\u{1b}[31m:1 has no port from 1 to 65535.'],
  ['[{"targets": [], "labels": []}]', 'Group 1 has labels that are not names with values.'],
  ['[{"targets": [], "labels": {"a b": "1"}}]', 'Group 1: "a b" is not a label name: it begins with a letter and holds letters, digits, "_", "-" and ".".'],
  ['[{"targets": [], "labels": {"a": 1}}]', 'Group 1: the label a is no text of at most 1000 characters in one line.'],
  ['[{"targets": [], "labels": {"a": "x\\ny"}}]', 'Group 1: the label a is no text of at most 1000 characters in one line.'],
] as const) {
  test(`${JSON.stringify(text)} names nobody, and says why`, () => {
    const { hosts, faults } = readHostList(text);
    assert.deepEqual([hosts, faults], [[], [told]]);
  });
}

test('whatever JSON it holds, it does not throw, adds nothing to prototypes, and hosts and faults exclude each other', () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.array(fc.record({ targets: fc.array(fc.oneof(fc.string(), fc.constant('a:1'))), labels: fc.dictionary(fc.oneof(fc.constant('__proto__'), fc.constant('constructor'), fc.string()), fc.string()) })).map((groups) => JSON.stringify(groups))), (text) => {
    const { hosts, faults, count } = readHostList(text);
    assert.ok(hosts.length === 0 || faults.length === 0);
    assert.ok(faults.length <= 10 && count >= hosts.length);
    for (const { labels } of hosts) assert.ok(Object.values(labels).every((value) => typeof value === 'string' && value !== ''));
    assert.deepEqual(Object.keys(Object.prototype), []);
  }), { numRuns: effort(300, 20_000) });
});
