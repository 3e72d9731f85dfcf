import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigError, loadConfig } from '../../../collector/config/index.ts';
import { certificate } from '../certificate.ts';

describe('a file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liveprofiler-config-'));
  });
  after(() => rm(folder, { recursive: true }));

  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const told = (path: string): string => {
    try {
      loadConfig(path, { env: {} });
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      return error.message;
    }
    assert.fail('nothing was at fault');
  };

  test('is read with the files that it names, all from its own folder', async () => {
    await mkdir(join(folder, 'tls'));
    await write('tls/ca.pem', certificate.cert);
    const path = await write('good.ini', '[global]\ndbpath = data\n[host a]\naddress = https://web\nca = tls/ca.pem\nsecret_header = ${TOKEN}\n');
    const config = loadConfig(path, { env: { TOKEN: 's' } });
    assert.equal(config.dbpath, join(folder, 'data'));
    assert.equal(config.collector.hosts[0]?.secret, 's');
    assert.equal(config.collector.hosts[0].tls?.ca, certificate.cert);
  });

  test('that is not there is told, with its cause', () => {
    const path = join(folder, 'nope.ini');
    assert.throws(() => loadConfig(path, { env: {} }), (error: ConfigError) => (error.cause as NodeJS.ErrnoException).code === 'ENOENT');
    assert.equal(told(path), `The configuration ${path} has 1 fault:\n  There is no such file: check its path.`);
  });

  test('that is a folder is told', () => {
    assert.equal(told(folder), `The configuration ${folder} has 1 fault:\n  This is a folder: name a file in it.`);
  });

  test('that is too large is told, at the limit it is read', async () => {
    const good = '[collector]\nsecret_header = s\nhosts = web:1\n';
    const path = await write('limit.ini', good + ';'.repeat(2 ** 20 - good.length));
    assert.equal(loadConfig(path, { env: {} }).collector.hosts.length, 1);
    const large = await write('large.ini', good + ';'.repeat(2 ** 20 - good.length + 1));
    assert.equal(told(large), `The configuration ${large} has 1 fault:\n  The file is larger than 1 MiB.`);
  });

  test('that is not UTF-8 is told', async () => {
    const path = await write('latin.ini', Buffer.from('[global]\ndbpath = /b\xfccher\n', 'latin1'));
    assert.equal(told(path), `The configuration ${path} has 1 fault:\n  The file is not UTF-8: save it as such.`);
  });

  test('named by it that is too large, a folder or not UTF-8 is told with its line', async () => {
    await write('large.pem', 'x'.repeat(2 ** 20 + 1));
    await write('latin.pem', Buffer.from([0xff]));
    const path = await write('files.ini', '[host a]\naddress = https://web\nsecret_header = s\nca = large.pem\ncert = .\nkey = latin.pem\n');
    assert.deepEqual(told(path).split('\n').slice(1).map((line) => line.replace(/ Allowed: .*/, '')), [
      '  line 4: [host a] ca = large.pem: The file is larger than 1 MiB.',
      '  line 5: [host a] cert = .: This is a folder: name a file in it.',
      '  line 6: [host a] key = latin.pem: The file is not UTF-8: save it as such.',
    ]);
  });
});
