// `node --import liveprofiler-sampler/register app.js`: a sampler as the environment asks for it, and one line on
// stderr. Whatever is wrong is told there, and the service starts all the same. Workers load it too.
import { getEnvironmentData, isMainThread } from 'node:worker_threads';
import { commitOf, readEnvironment } from './environment.ts';
import { programOf, versionOf } from './program.ts';
import type { SamplerOptions } from './options.ts';
import type { Sampler } from './sampler.ts';
import { createSampler } from './sampler.ts';
import type { WorkerConfig } from './worker.ts';
import { joinThread, WORKER_KEY } from './worker.ts';

const TAKE_OVER_MS = 5000;

if (isMainThread) void register().then(say, say);
else joinSampler();

/** In a worker: its windows go to the sampler of the main thread, when there is one. */
function joinSampler(): void {
  const config = getEnvironmentData(WORKER_KEY) as WorkerConfig | undefined;
  if (config !== undefined) joinThread(config);
}

async function register(): Promise<string> {
  const { options, address, faults } = readEnvironment(process.env);
  if (options === undefined) return [...faults, 'nothing is sampled'].join('; ');
  const asked = { ...defaultVersion(), ...options };
  const sampler = createSampler(asked);
  const what = [asked.service ?? 'this process', asked.version].filter((word) => word !== undefined).join(' ');
  try {
    const { host, port } = await sampler.listen(address);
    return [`sampling ${what}, read at ${host.includes(':') ? `[${host}]` : host}:${port}`, ...faults].join('; ');
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (taken) takeOver(sampler, address);
    if (taken && asked.service !== undefined) return [`sampling ${what}; port ${address.port} is taken: if another process of ${asked.service} has it, this one is read through that one, else set LIVEPROFILER_PORT`, ...faults].join('; ');
    return [`sampling ${what}, but nobody can read it: ${(error as Error).message}`, ...faults].join('; ');
  }
}

/** Whoever has the port may end before this process does. */
function takeOver(sampler: Sampler, address: Parameters<Sampler['listen']>[0]): void {
  setTimeout(() => {
    sampler.listen(address).catch(() => { takeOver(sampler, address); });
  }, TAKE_OVER_MS).unref();
}

function defaultVersion(): Pick<SamplerOptions, 'version'> {
  const program = programOf(process.env, process.argv[1]);
  const version = commitOf(process.env) ?? (program === undefined ? undefined : versionOf(program))?.slice(0, 1024);
  return version === undefined ? {} : { version };
}

function say(what: unknown): void {
  // Values come from outside: nothing of them may steer a terminal.
  const text = (what instanceof Error ? what.message : String(what)).replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  process.stderr.write(`liveprofiler: ${text}\n`);
}
