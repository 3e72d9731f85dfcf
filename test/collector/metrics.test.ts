// The collector's own figures: what a person alarms on, per host, in base units.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createFakeClock } from './fake-clock.ts';
import { createRig, settings, target, until } from './rig.ts';
import { freePort, serveHttp } from './servers.ts';
import { createScriptedHost } from './wire-host.ts';

test('pulls, failures, windows, samples, lag and clock offset stand in the registry that was handed in', async (t) => {
  const clock = createFakeClock();
  const script = createScriptedHost({ wallMs: clock.wallMs() + 3000 });
  const host = await serveHttp(t, script.answer);
  const registry = new Registry();
  const rig = await createRig(t, settings([target('shop', host.url), target('gone', new URL(`http://127.0.0.1:${await freePort()}/`))]), { clock, registry });
  assert.equal(rig.collector.metrics, registry);
  script.finish(2);
  clock.jump(2000);
  await rig.collector.pullNow();
  await rig.collector.pullNow();
  clock.jump(40_000);
  const text = await registry.metrics();
  const value = (series: string): number => Number(new RegExp(`^${series.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
  assert.equal(value('liveprofiler_pulls_total{host="shop"}'), 2);
  assert.equal(value('liveprofiler_windows_total{host="shop"}'), 2);
  assert.equal(value('liveprofiler_samples_total{host="shop"}'), 160);
  assert.equal(value('liveprofiler_windows_duplicate_total{host="shop"}'), 0);
  assert.ok(value('liveprofiler_pulled_bytes_total{host="shop"}') > 1000);
  assert.equal(value('liveprofiler_clock_offset_seconds{host="shop"}'), 3);
  assert.equal(value('liveprofiler_lag_seconds{host="shop"}'), 37, '40 s of ours, 3 s of which its clock is ahead');
  assert.equal(value('liveprofiler_host_up{host="shop"}'), 1);
  assert.equal(value('liveprofiler_host_up{host="gone"}'), 0);
  assert.equal(value('liveprofiler_pull_failures_total{host="gone",reason="refused"}'), 2);
  assert.equal(value('liveprofiler_pull_duration_seconds_count'), 4);
  await rig.collector.reload(settings([]));
  assert.doesNotMatch(await registry.metrics(), /host="/);
});

test('a host that leaves while it is pulled takes its series along, and one that comes back counts from the start', async (t) => {
  const script = createScriptedHost();
  let letGo: (() => void) | undefined;
  const host = await serveHttp(t, (request, response) => {
    letGo = () => {
      script.answer(request, response);
    };
  });
  const configured = settings([target('shop', host.url)]);
  const rig = await createRig(t, configured);
  script.finish(1);
  const pull = async (): Promise<void> => {
    const pulled = rig.collector.pullNow();
    await until(() => letGo !== undefined);
    letGo?.();
    await pulled;
    letGo = undefined;
  };
  await pull();
  await pull();
  assert.match(await rig.collector.metrics.metrics(), /^liveprofiler_pulls_total\{host="shop"\} 2$/m);
  const running = rig.collector.pullNow();
  await until(() => letGo !== undefined);
  await rig.collector.reload(settings([]));
  await running;
  assert.doesNotMatch(await rig.collector.metrics.metrics(), /host="/);
  letGo = undefined;
  await rig.collector.reload(configured);
  await pull();
  assert.match(await rig.collector.metrics.metrics(), /^liveprofiler_pulls_total\{host="shop"\} 1$/m);
});
