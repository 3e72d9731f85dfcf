// The README shows the configuration that the code explains.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exampleConfig } from '../collector/config/index.ts';

test('the README carries config.ini as the code explains it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  assert.ok(readme.includes(exampleConfig().trim()), 'print exampleConfig() of collector/config into the README');
});
