// Whatever a person changes in the file is told by its key, or by the host that is asked in another way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, hostChanges, needingRestart } from '../../cli/changes.ts';
import type { SectionName, Values } from '../../collector/config/keys.ts';
import { certificate } from '../collector/certificate.ts';
import { BASE_DIR, config } from '../collector/config/read.ts';

/** By section and key: before and after, each as little apart as a person would notice. */
const CHANGES: { readonly [S in SectionName]: Readonly<Record<keyof Values[S], readonly [before: string, after: string]>> } = {
  global: { dbpath: ['db', 'db2'] },
  retention: { raw: ['48h', '49h'], minutes: ['720h', '721h'], hours: ['9600h', '9600.5h'], days: ['9600.5h', '9601h'], max_size: ['20GiB', '21474836481'] },
  collector: { secret_header: ['one', 'two'], admin_secret: ['three', 'four'], hosts: ['web, old:1', 'web, new:1'], interval: ['10s', '10.001s'], timeout: ['5s', '5.001s'], concurrency: ['32', '33'], max_response: ['32MiB', '33554433'] },
  host: { address: ['https://a:1/', 'https://a:2/'], secret_header: ['own', 'other'], admin_secret: ['own admin', 'other admin'], service: ['shop', 'shops'], labels: ['region=eu', 'region=us'], ca: ['ca.pem', 'ca2.pem'], cert: ['cert.pem', 'cert2.pem'], key: ['key.pem', 'key2.pem'] },
  visualizer: { listen: ['127.0.0.1:9999', '127.0.0.1:9998'], user: ['ann', 'bob'], password: ['hush', 'hush2'], allowed_hosts: ['a.test', 'b.test'] },
  sampler: { enabled: ['true', 'false'], interval: ['10ms', '11ms'], secret_header: ['mine', 'yours'] },
};
const files = Object.fromEntries(Object.entries({ ca: certificate.cert, cert: certificate.cert, key: certificate.key }).flatMap(([name, pem]) => [[`${BASE_DIR}/${name}.pem`, pem], [`${BASE_DIR}/${name}2.pem`, `${pem}\n`]]));

function textWith(section?: string, key?: string): string {
  return Object.entries(CHANGES).map(([name, keys]) => [
    `[${name === 'host' ? 'host web' : name}]`,
    ...Object.entries<readonly [string, string]>(keys).map(([one, [before, after]]) => `${one} = ${name === section && one === key ? after : before}`),
  ].join('\n')).join('\n');
}

for (const [section, keys] of Object.entries(CHANGES)) {
  for (const key of Object.keys(keys)) {
    test(`[${section}] ${key}`, () => {
      const [before, after] = [config(textWith(), { files }), config(textWith(section, key), { files })];
      const told = [...needingRestart(before, after), ...atOnce(before, after)];
      const { came, left, changed } = hostChanges(before.collector, after.collector);
      if (section === 'host') assert.deepEqual([told, changed], [[], ['web']]);
      else if (key === 'hosts') assert.deepEqual([told, came, left, changed], [[], ['new:1'], ['old:1'], []]);
      else if (section === 'collector' && (key === 'secret_header' || key === 'admin_secret')) assert.deepEqual([told, changed], [[], ['old:1']]);
      else {
        assert.equal(told[0]?.key, `[${section}] ${key}`);
        assert.deepEqual([came, left, changed], [[], [], []]);
      }
      assert.deepEqual([...needingRestart(after, after), ...atOnce(after, after)], []);
    });
  }
}
