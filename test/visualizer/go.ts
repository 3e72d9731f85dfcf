// `go tool pprof`, where Go is there or Debian's package can be installed.
import { spawnSync } from 'node:child_process';
import { installDebian } from '../debian.ts';

/** Undefined when there is no Go. */
export function goPprof(): ((file: string, ...options: string[]) => string) | undefined {
  if (!hasGo()) installDebian('golang-go', 'Reading pprof back needs Go');
  if (!hasGo()) return undefined;
  return (file, ...options) => {
    const { status, stdout, stderr } = spawnSync('go', ['tool', 'pprof', ...options, file], { encoding: 'utf8', env: { ...process.env, GOTOOLCHAIN: 'local' } });
    if (status !== 0) throw new Error(`go tool pprof ended with ${status}: ${stderr}`);
    return stdout;
  };
}

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}
