// A store in which a record of one host is damaged, whenever it is read.
import type { Store } from '../../collector/store/index.ts';
import { StoreError } from '../../collector/store/index.ts';

export function damaging(host: string): (store: Store) => Store {
  return (store) => {
    const unless = <T>(hosts: readonly string[] | undefined, work: () => Promise<T>): Promise<T> =>
      hosts?.includes(host) === false ? work() : Promise.reject(new StoreError('STORE_DAMAGED', 'The record 0600 is not as it was written. Run liveprofiler repair.'));
    return {
      ...store,
      query: (selector, ...more) => unless(selector.hosts, () => store.query(selector, ...more)),
      timeline: (selector, ...more) => unless(selector.hosts, () => store.timeline(selector, ...more)),
      numbers: (selector, ...more) => unless(selector.hosts, () => store.numbers(selector, ...more)),
      labels: (range, hosts) => unless(hosts, () => store.labels(range, hosts)),
    };
  };
}
