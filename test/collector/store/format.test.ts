import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFormat, encodeFormat, FORMAT_VERSION } from '../../../collector/store/format.ts';

test('a folder of a newer version is refused with both numbers', () => {
  const newer = Buffer.from(JSON.stringify({ format: FORMAT_VERSION + 41 }));
  assert.throws(() => { readFormat('/data', newer); }, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_NEWER_FORMAT');
    for (const word of ['/data', `format ${FORMAT_VERSION + 41}`, `format ${FORMAT_VERSION}.`]) assert.ok(error.message.includes(word), word);
    return true;
  });
});

test('the record that is written is the one that is read', () => {
  readFormat('/data', encodeFormat());
  for (const garbage of ['', '{}', '[]', 'null', '{"format":"1"}', '{"format":0}']) assert.throws(() => { readFormat('/data', Buffer.from(garbage)); }, { code: 'STORE_DAMAGED' });
});
