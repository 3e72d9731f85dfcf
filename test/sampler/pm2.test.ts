// PM2's cluster mode, by PM2 itself, which npm brings: one pull answers for all of its processes. Under `npm run test:long`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { peer } from '../../bench/overhead/install.ts';
import { long } from '../effort.ts';
import { askWire } from './ask.ts';
import { ownTmp } from './own-tmp.ts';

const CHILD = fileURLToPath(new URL('pm2-child.js', import.meta.url));
const PROCESSES = 3;

test('under PM2 one pull answers for all processes of a service, each by its own boot', { skip: !long && 'npm run test:long has it', timeout: 300_000 }, async (t) => {
  const pm2 = createRequire(peer('pm2', '7.0.4').from).resolve('pm2/bin/pm2');
  // PM2 goes before its home does.
  let stop = (): Promise<unknown> => Promise.resolve();
  t.after(() => stop());
  const home = ownTmp(t);
  const listener = createServer().listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  const env = { ...process.env, PM2_HOME: join(home, 'pm2'), PM2_DISABLE_VERSION_CHECK: 'true', TELL_PORT: String((listener.address() as AddressInfo).port) };
  const run = promisify(execFile);
  stop = () => run(process.execPath, [pm2, 'kill'], { env });
  const asked = once(listener, 'connection') as Promise<[Socket]>;
  await run(process.execPath, [pm2, 'start', CHILD, '-i', String(PROCESSES)], { cwd: home, env });
  const [socket] = await asked;
  const port = Number(await text(socket));
  const told = new Map<string, number>();
  let after = '';
  while (told.size < PROCESSES || [...told.values()].some((windows) => windows < 3)) {
    const answer = await askWire(port, after);
    after = answer.cursor;
    for (const { boot, labels, windows } of answer.processes) {
      assert.equal(labels['service'], 'shop');
      assert.notEqual(labels['version'], '7.0.4');
      for (const { firstSeq, lastSeq } of windows) {
        assert.equal(firstSeq, (told.get(boot) ?? 0) + 1, 'a window came twice or was skipped');
        told.set(boot, lastSeq);
      }
    }
    await pause(100);
  }
  assert.equal(told.size, PROCESSES);
});
