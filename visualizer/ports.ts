// What the visualizer needs from outside its room besides the store; the command hands it in.
import type { HostStatus } from '../collector/store/host-status.ts';
import type { ExpectedAnswer } from './snapshot/answers.ts';

export interface CollectorPort {
  hosts(): readonly HostStatus[];
  /** Pulls every host now; resolves when all have answered or failed. */
  pullNow(): Promise<{ readonly stacksCollected: number }>;
  /** Why nothing is stored at present, fit for anybody's eyes; undefined while all is well. */
  storeTrouble(): string | undefined;
}

/** Hosts whose heap may be asked for. */
export interface SnapshotPort {
  hosts(): readonly string[];
  /** What taking one will cost the host. */
  expected(host: string): Promise<ExpectedAnswer>;
  /** Writes a snapshot to `path`; `received` hears of the share that is here, where the host tells how much there will be. */
  take(host: string, path: string, received: (share?: number) => void): Promise<void>;
}
