// One form for every place that V8 names: ESM's file: URLs and CommonJS paths alike, the working directory cut off,
// packages by name. Pure.
import type { Frame } from '../profile.ts';

export interface Located {
  /** Absolute path on disk, forward slashes; undefined for what is no file. */
  readonly file: string | undefined;
  /** Folder of the npm package that the file belongs to, with a slash at its end. */
  readonly packageFolder?: string;
  readonly packageName?: string;
}

const EVAL = '(eval)';
const MODULES = '/node_modules/';
const MOST_OF_DATA = 40;

export function locate(url: string): Located {
  const file = fileOf(url);
  const at = file?.lastIndexOf(MODULES) ?? -1;
  if (file === undefined || at < 0) return { file };
  const start = at + MODULES.length;
  const [packageName] = /^(?:@[^/]+\/)?[^/]+/.exec(file.slice(start)) ?? [];
  return packageName === undefined ? { file } : { file, packageName, packageFolder: `${file.slice(0, start)}${packageName}/` };
}

/** `root` is the working directory with a slash at its end. `version` is that of the package, where known. */
export function shownUrl({ url, line }: Pick<Frame, 'url' | 'line'>, root: string, version?: string): string {
  // What has a line but no file was made by eval or new Function.
  if (url === '') return line > 0 ? EVAL : '';
  if (url.startsWith('data:')) return url.slice(0, MOST_OF_DATA);
  const { file, packageFolder, packageName } = locate(url);
  if (file === undefined) return url;
  if (packageFolder !== undefined) return `npm:${packageName ?? ''}${version === undefined ? '' : `@${version}`}/${file.slice(packageFolder.length)}`;
  return file.startsWith(root) ? file.slice(root.length) : file;
}

export function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

function fileOf(url: string): string | undefined {
  if (url.startsWith('/') || /^[a-z]:[\\/]/i.test(url)) return slashed(url);
  if (!url.startsWith('file:///')) return undefined;
  try {
    const path = decodeURIComponent(new URL(url).pathname);
    return /^\/[a-z]:\//i.test(path) ? path.slice(1) : path;
  } catch {
    return undefined;
  }
}
