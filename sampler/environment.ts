// What the environment asks of a sampler that no code creates. Pure: a wrong value becomes a sentence, never a throw.
import type { SamplerOptions } from './options.ts';
import { checkOptions } from './options.ts';
import type { Labels } from './profile.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Asked {
  /** undefined when nothing can be sampled. */
  readonly options: SamplerOptions | undefined;
  readonly address: { readonly port: number; readonly host?: string };
  /** What is wrong with the values; each is left out. */
  readonly faults: readonly string[];
}

/** As in the README. */
const PORT = 9998;
/** Where platforms and pipelines tell what was built. */
const COMMIT_NAMES = ['GIT_COMMIT', 'GIT_SHA', 'COMMIT_SHA', 'SOURCE_VERSION', 'HEROKU_SLUG_COMMIT', 'GITHUB_SHA', 'CI_COMMIT_SHA', 'RENDER_GIT_COMMIT', 'RAILWAY_GIT_COMMIT_SHA', 'VERCEL_GIT_COMMIT_SHA'];
const COMMIT = /^[0-9a-f]{7,64}$/i;
const COMMIT_LENGTH = 12;

export function readEnvironment(environment: Environment): Asked {
  const faults: string[] = [];
  const valueOf = (name: string): string | undefined => {
    const value = environment[`LIVEPROFILER_${name}`]?.trim();
    return value === '' ? undefined : value;
  };

  /** The option as it is, or nothing when a sampler would refuse it. */
  function accepted(name: string, option: Partial<SamplerOptions>): Partial<SamplerOptions> {
    try {
      checkOptions({ secret: '-', ...option });
      return option;
    } catch (error) {
      faults.push(`LIVEPROFILER_${name}: ${(error as Error).message.replace(/^createSampler: |\.$/g, '')}`);
      return {};
    }
  }

  const [secret, service, version, interval, labels, host] = ['SECRET', 'SERVICE', 'VERSION', 'INTERVAL_US', 'LABELS', 'HOST'].map(valueOf);
  if (secret === undefined) faults.push('LIVEPROFILER_SECRET is not set');
  const given = secret === undefined ? {} : accepted('SECRET', { secret });
  const options = {
    ...(service === undefined ? {} : accepted('SERVICE', { service })),
    ...(version === undefined ? {} : accepted('VERSION', { version })),
    ...(interval === undefined ? {} : accepted('INTERVAL_US', { intervalUs: Number(interval) })),
    ...(labels === undefined ? {} : accepted('LABELS', { labels: labelsOf(labels, faults) })),
  };
  return {
    options: given.secret === undefined ? undefined : { secret: given.secret, ...options },
    address: { port: portOf(valueOf('PORT'), faults), ...(host === undefined ? {} : { host }) },
    faults,
  };
}

/** The commit that the service was built from, shortened, where the environment tells it. */
export function commitOf(environment: Environment): string | undefined {
  return COMMIT_NAMES.map((name) => environment[name]?.trim() ?? '').find((value) => COMMIT.test(value))?.slice(0, COMMIT_LENGTH);
}

function portOf(text: string | undefined, faults: string[]): number {
  if (text === undefined) return PORT;
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  faults.push(`LIVEPROFILER_PORT is ${JSON.stringify(text.slice(0, 80))}, but takes a port from 0 to 65535: ${PORT} is used`);
  return PORT;
}

/** `region=eu, tier=web`, as in config.ini. */
function labelsOf(text: string, faults: string[]): Labels {
  const labels: [string, string][] = [];
  for (const pair of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(pair) ?? [];
    if (name !== '' && value !== '') labels.push([name, value]);
    else if (pair.trim() !== '') faults.push(`LIVEPROFILER_LABELS: ${JSON.stringify(pair.trim().slice(0, 80))} is left out, it takes name=value pairs separated by commas`);
  }
  return Object.fromEntries(labels);
}
