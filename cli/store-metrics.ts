// What the store takes on disk, in Prometheus' terms, looked up when somebody asks.
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { LevelStore } from '../collector/store/index.ts';

export function measureStore(store: Pick<LevelStore, 'bytes'>, registry: Registry): void {
  new Gauge({
    name: 'liveprofiler_store_bytes',
    help: 'What the files of the store take on disk.',
    registers: [registry],
    async collect() {
      // A disk that does not answer is told elsewhere; the other figures are wanted then most.
      this.set(await store.bytes().catch(() => Number.NaN));
    },
  });
}
