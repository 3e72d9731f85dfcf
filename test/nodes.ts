// The Node binaries that tests of what differs between versions run their programs on: the one that runs the tests, and
// those that LIVEPROFILER_TEST_NODES names, separated by colons.
import { execFileSync } from 'node:child_process';

export interface NodeBinary {
  readonly path: string;
  readonly major: number;
}

export function nodes(): NodeBinary[] {
  const others = (process.env['LIVEPROFILER_TEST_NODES'] ?? '').split(':').filter((path) => path !== '');
  return [process.execPath, ...others].map((path) => ({ path, major: Number(/\d+/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[0]) }));
}
