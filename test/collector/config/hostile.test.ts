import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import ini from 'ini';
import { ConfigError } from '../../../collector/config/index.ts';
import { KEYS } from '../../../collector/config/keys.ts';
import { readLines } from '../../../collector/config/lines.ts';
import { effort } from '../../effort.ts';
import { config, failure } from './read.ts';

const names = Object.entries(KEYS).flatMap(([section, keys]) => [section, ...Object.keys(keys)]);
const piece = fc.oneof(
  fc.constantFrom(...names, 'host a', '[', ']', '=', '=', '\n', '\n', '\r', ' ', ';', '#', '"', "'", '\\', ',', ':', '..', '/', '//', '@', '${', '}', '$', '[::1]:1', 'web:1', 'http://', '10s', '1', 'true', '__proto__', 'constructor', '[]', '.', '\t', '\0', '\u001b', '\u2028', '\u202e', '\uFEFF', '\ud800', 'é'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const line = fc.oneof(
  fc.constantFrom(...Object.keys(KEYS), 'host a', 'host b').map((name) => `[${name}]`),
  fc.tuple(fc.constantFrom(...names), fc.array(piece, { maxLength: 6 })).map(([key, value]) => `${key} = ${value.join('')}`),
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
);
const text = fc.array(line, { maxLength: 15 }).map((lines) => lines.join('\n'));

describe('any text', () => {
  test('is a configuration or a ConfigError, and its message cannot steer a terminal', () => {
    fc.assert(fc.property(text, fc.string(), (content, value) => {
      try {
        config(content, { env: { A: value }, source: content });
      } catch (error) {
        assert.ok(error instanceof ConfigError, error instanceof Error ? (error.stack ?? '') : String(error));
        assert.doesNotMatch(error.message.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.equal(error.message.split('\n').length, Math.min(error.faults.length, 101) + 1);
      }
    }), { numRuns: effort(3000, 100_000) });
  });

  test('in which no line is at fault means the same to ini', () => {
    let compared = 0;
    fc.assert(fc.property(text, (content) => {
      const { sections, faults } = readLines(content);
      if (faults.length > 0) return;
      compared += sections.size;
      const ours = Object.fromEntries([...sections].map(([name, { entries }]) => [name, Object.fromEntries([...entries].map(([key, entry]) => [key, entry.text]))]));
      const theirs = Object.fromEntries(Object.entries<object>(ini.parse(content)).map(([name, values]) => [name, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))]));
      assert.deepEqual(ours, theirs);
    }), { numRuns: effort(5000, 200_000) });
    assert.ok(compared > 100, `only ${compared} sections were compared`);
  });

  test('as a secret or password is never shown, quoted well or badly', () => {
    const wrap = fc.constantFrom((s: string) => s, (s: string) => `"${s}`, (s: string) => `"${s}"`, (s: string) => `'${s}' x`, (s: string) => `${s};x`, (s: string) => `é${s}`, (s: string) => `${s} \${NOPE}`, (s: string) => `\u0007${s}`);
    const key = fc.constantFrom('secret_header', 'password', 'secret_haeder', 'SECRET', 'passwd', 'secret-header', 'secret header', 'secret_header[]');
    fc.assert(fc.property(fc.constantFrom('collector', 'visualizer', 'sampler', 'host a', 'host', 'nope', 'a.b', ''), key, wrap, (section, name, dress) => {
      for (const joint of ['=', ' = ', ' ', ': ']) {
        const told = failure(`${section && `[${section}]`}\n${name}${joint}${dress('hush-hush')}\nnonsense\n`);
        assert.ok(!told.message.includes('hush'), told.message);
        assert.ok(!JSON.stringify(told.faults).includes('hush'));
      }
    }), { numRuns: effort(300, 3000) });
  });
});

test('a file as large as may be, of faults alone, is read in seconds', () => {
  const size = 2 ** 20;
  for (const unit of ['x\n', '[a]\n', '[\n', 'k = v\n', '[collector]\n', '[host a', '\\', 'hosts = a:x\n', `[host a]\nlabels = ${'a,'.repeat(1000)}\n`]) {
    const started = performance.now();
    failure(unit.repeat(size / unit.length));
    failure(`[collector]\nhosts = ${unit.trim().repeat(size / unit.length)}`);
    assert.ok(performance.now() - started < 10_000, `${JSON.stringify(unit)} took ${performance.now() - started} ms`);
  }
});
