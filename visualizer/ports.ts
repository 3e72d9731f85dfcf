// What the visualizer needs from outside its room besides the store; the command hands it in.
import type { HostStatus } from '../collector/store/host-status.ts';

export interface CollectorPort {
  hosts(): readonly HostStatus[];
  /** Pulls every host now; resolves when all have answered or failed. */
  pullNow(): Promise<{ readonly stacksCollected: number }>;
  /** Why nothing is stored at present, fit for anybody's eyes; undefined while all is well. */
  storeTrouble(): string | undefined;
}
