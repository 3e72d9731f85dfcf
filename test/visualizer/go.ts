// `go tool pprof`, where Go is there or Debian's package can be installed.
import { spawnSync } from 'node:child_process';

/** Undefined when there is no Go. */
export function goPprof(): ((file: string, ...options: string[]) => string) | undefined {
  if (!hasGo()) install();
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

function install(): void {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return;
  process.stderr.write('Reading pprof back needs Go: installing Debian’s package golang-go …\n');
  const apt = (...words: string[]): boolean => spawnSync('apt-get', ['-qq', '-y', ...words], { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  const wanted = ['install', '--no-install-recommends', 'golang-go'];
  if (!apt(...wanted) && apt('update')) apt(...wanted);
}
