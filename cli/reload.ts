// SIGHUP: reads the configuration again, takes over what can be, and tells the rest. A faulty file changes nothing.
import type { Logger } from 'pino';
import type { Config } from '../collector/config/index.ts';
import { ConfigError, loadConfig } from '../collector/config/index.ts';
import type { Collector } from '../collector/index.ts';
import type { Settings } from '../collector/target.ts';
import { atOnce, hostChanges, needingRestart } from './changes.ts';
import type { PageServer } from './page-server.ts';

export interface ReloadOptions {
  readonly path: string;
  /** What the process was started with. */
  readonly started: Config;
  readonly collector: Collector;
  readonly page: PageServer;
  /** Adds the process itself to the hosts, when it is one. */
  readonly withSelf: (settings: Settings) => Settings;
  readonly log: Logger;
}

export function createReload({ path, started, collector, page, withSelf, log }: ReloadOptions): () => void {
  let current = started;
  return () => {
    const next = read();
    if (next === undefined) return;
    for (const change of needingRestart(started, next)) {
      log.warn(change, `${change.key} is ${change.to} in the file, and ${change.from} since the start: it stays so until liveprofiler is started again`);
    }
    for (const change of atOnce(current, next)) log.info(change, `${change.key} was ${change.from} and is ${change.to} from now on`);
    page.admit(next);
    const hosts = hostChanges(current.collector, next.collector);
    current = next;
    collector.reload(withSelf(next.collector)).then(
      () => {
        log.info({ hosts: next.collector.hosts.length, ...hosts }, 'configuration read again');
      },
      (error: unknown) => {
        log.error({ err: error }, 'the configuration could not be taken over');
      },
    );
  };

  function read(): Config | undefined {
    try {
      const next = loadConfig(path, { env: process.env });
      // Its listener can be reached by other machines until the restart that moves it.
      if (started.visualizer.loopback || next.visualizer.credentials !== undefined) return next;
      log.warn('[visualizer] user and password are not set in the file, and the page listens for other machines: they stay until liveprofiler is started again');
      const { credentials } = current.visualizer;
      return { ...next, visualizer: { ...next.visualizer, ...(credentials && { credentials }) } };
    } catch (error) {
      if (error instanceof ConfigError) log.error({ faults: error.message }, 'the configuration has faults: nothing was changed');
      else log.error({ err: error }, 'the configuration could not be read: nothing was changed');
      return undefined;
    }
  }
}
