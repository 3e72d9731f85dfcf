// Whoever lacks the secret learns nothing, whatever they send: by property, over a real server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { createSampler } from 'liveprofiler-sampler';
import { effort } from '../effort.ts';
import { SECRET } from './ask.ts';

const SECRETS = ['the one before', SECRET, SECRET.repeat(30)];
const NAMES = ['PROFILER_TOKEN', 'profiler-token'];

type Answer = readonly [status: number | undefined, length: number, headers: Readonly<Record<string, unknown>>];

async function asker(t: TestContext): Promise<(headers: Readonly<Record<string, string>>, query?: string) => Promise<Answer>> {
  const sampler = createSampler({ secret: SECRETS, enabled: false });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
  });
  return async (headers, query = '') => {
    const sent = request({ host: '127.0.0.1', port, path: `/liveprofiler${query}`, agent, headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    return [response.statusCode, length, { ...response.headers, date: undefined }];
  };
}

/** Everything a header can carry, up to most of what Node takes. */
const anything = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc.integer({ min: 0, max: 12_000 }).map((length) => 'x'.repeat(length)),
);
/** A right one, spoilt a little. */
const nearly = fc.oneof(
  fc.constantFrom(...SECRETS).chain((secret) => fc.nat(secret.length - 1).map((length) => secret.slice(0, length))),
  fc.constantFrom(...SECRETS).chain((secret) => fc.nat(secret.length - 1).map((at) => `${secret.slice(0, at)}~${secret.slice(at + 1)}`)),
  fc.tuple(fc.constantFrom(...SECRETS), fc.constantFrom(...SECRETS)).map(([one, other]) => `${one}, ${other}`),
  fc.constantFrom(...SECRETS).map((secret) => secret.toUpperCase()),
  fc.constantFrom(...SECRETS).map((secret) => `${secret}.`),
);
const wrong = fc.oneof(anything, nearly).filter((secret) => !SECRETS.includes(secret.trim()));
const query = fc.constantFrom('', '?after=', '?format=folded', '?format=svg', '?after=&format=x');

test('a wrong secret of any length is 403 and empty, and every such answer is the same', async (t) => {
  const ask = await asker(t);
  const refused = await ask({});
  assert.deepEqual(refused.slice(0, 2), [403, 0]);
  assert.equal(refused[2]['content-type'], undefined);
  await fc.assert(fc.asyncProperty(fc.constantFrom(...NAMES), wrong, query, async (name, secret, asked) => {
    assert.deepEqual(await ask({ [name]: secret }, asked), refused);
  }), { numRuns: effort(300, 5000) });
});

test('each of several secrets is accepted under both spellings, also beside a wrong one in the other', async (t) => {
  const ask = await asker(t);
  for (const secret of SECRETS) {
    for (const [name, other] of [NAMES, NAMES.toReversed()] as [string, string][]) {
      for (const headers of [{ [name]: secret }, { [name]: secret, [other]: 'wrong' }]) {
        const [status, length, answered] = await ask(headers, '?after=');
        assert.deepEqual([status, answered['content-type']], [200, 'application/json']);
        assert.ok(length > 2);
      }
    }
  }
});
