// Reads the configuration for a command and tells its faults on stderr.
import type { Config } from '../collector/config/index.ts';
import { ConfigError, loadConfig } from '../collector/config/index.ts';

export function readConfig(path: string): Config | undefined {
  try {
    return loadConfig(path, { env: process.env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}
