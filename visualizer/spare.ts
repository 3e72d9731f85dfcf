// Reads around damage: a host of which a record is damaged is left out of an answer about several, and told beside it.
// Invariant: nothing of a host that is told as damaged is in the answer.
import type { Inventory, LinesAnswer, NumberTimeline, QueryAnswer, StoreReader, Timeline } from '../collector/store/contract.ts';
import { isDamage } from '../collector/store/errors.ts';
import type { HostDamage } from './api.ts';

export interface Spared {
  /** Hosts left out. */
  readonly damaged: readonly HostDamage[];
}

type Spares<Answer> = Answer & Spared;

export interface SparingReader extends StoreReader {
  query(...asked: Parameters<StoreReader['query']>): Promise<Spares<QueryAnswer>>;
  lines(...asked: Parameters<StoreReader['lines']>): Promise<Spares<LinesAnswer>>;
  timeline(...asked: Parameters<StoreReader['timeline']>): Promise<Spares<Timeline>>;
  numbers(...asked: Parameters<StoreReader['numbers']>): Promise<Spares<NumberTimeline>>;
  labels(...asked: Parameters<StoreReader['labels']>): Promise<Spares<Inventory>>;
}

/** Each question is still rejected with STORE_DAMAGED when no host is left to answer for. */
export function sparing(store: StoreReader): SparingReader {
  async function spare<Answer>(named: readonly string[] | undefined, ask: (hosts: readonly string[] | undefined) => Promise<Answer>): Promise<Spares<Answer>> {
    try {
      return { ...(await ask(named)), damaged: [] };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const damaged: HostDamage[] = [];
      const sound: string[] = [];
      for (const host of named ?? (await store.hosts())) {
        try {
          await ask([host]);
          sound.push(host);
        } catch (fault) {
          if (!isDamage(fault)) throw fault;
          damaged.push({ host, message: fault.message });
        }
      }
      if (sound.length === 0) throw error;
      return { ...(await ask(sound)), damaged };
    }
  }

  return {
    ...store,
    query: (selector, range, options) => spare(selector.hosts, (hosts) => store.query(choosing(selector, hosts), range, options)),
    lines: (selector, range, of) => spare(selector.hosts, (hosts) => store.lines(choosing(selector, hosts), range, of)),
    timeline: (selector, range, stepMs, by) => spare(selector.hosts, (hosts) => store.timeline(choosing(selector, hosts), range, stepMs, by)),
    numbers: (selector, range, stepMs, by) => spare(selector.hosts, (hosts) => store.numbers(choosing(selector, hosts), range, stepMs, by)),
    labels: (range, named) => spare(named, (hosts) => store.labels(range, hosts)),
  };
}

/** Of several answers to one question, each host once. */
export function damageOf(...answers: readonly Spared[]): { readonly damaged?: readonly HostDamage[] } {
  const byHost = new Map(answers.flatMap(({ damaged }) => damaged.map((one) => [one.host, one] as const)));
  return byHost.size === 0 ? {} : { damaged: [...byHost.values()] };
}

function choosing<S extends object>(selector: S, hosts: readonly string[] | undefined): S {
  return hosts === undefined ? selector : { ...selector, hosts };
}
