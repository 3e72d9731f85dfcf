// Addresses of names. The system's lookups share two threads and cannot be ended, so a name server that does not
// answer for some hosts would hold up all: a name is asked for once at a time, and a known address bridges the wait.
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Milliseconds } from 'liveprofiler-sampler/wire';

export interface LookupOptions {
  readonly resolve?: (name: string) => Promise<LookupAddress[]>;
  /** After this time the address found last is used, where there is one. */
  readonly patienceMs?: Milliseconds;
}

export function createLookup({ resolve = (name) => systemLookup(name, { all: true }), patienceMs = 1000 }: LookupOptions = {}): LookupFunction {
  const asking = new Map<string, Promise<LookupAddress[]>>();
  const known = new Map<string, LookupAddress[]>();

  function ask(name: string): Promise<LookupAddress[]> {
    const running = asking.get(name);
    if (running !== undefined) return running;
    const asked = resolve(name).then((addresses) => {
      known.set(name, addresses);
      return addresses;
    }).finally(() => asking.delete(name));
    asking.set(name, asked);
    return asked;
  }

  async function find(name: string): Promise<LookupAddress[]> {
    const asked = ask(name);
    const before = known.get(name);
    if (before === undefined) return await asked;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<LookupAddress[]>((done) => {
      timer = setTimeout(done, patienceMs, before);
    });
    return await Promise.race([asked, patience]).finally(() => {
      clearTimeout(timer);
    });
  }

  return (name, options, done) => {
    find(name).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) done(Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' }), '');
        else if (options.all === true) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error: unknown) => {
        done(error as NodeJS.ErrnoException, '');
      },
    );
  };
}
