// What Node reports of the process, without secrets: environment variables, command line.
import { MASKED, maskArguments, maskText, maskVariables } from '../observe/masking.ts';

type Report = Record<string, unknown>;

/** Handles told one by one, at most. */
const MAX_HANDLES = 200;
/** A secret of fewer characters is found in all sorts of words. */
const LEAST_SECRET = 6;

/** The diagnostic report as JSON. None of `secrets` is in it. */
export function reportOf(secrets: readonly string[]): string {
  const text = JSON.stringify(masked(report()), undefined, 2);
  return secrets.filter(({ length }) => length >= LEAST_SECRET).reduce((shown, secret) => shown.replaceAll(JSON.stringify(secret).slice(1, -1), MASKED), text);
}

/** What keeps the process alive: open handles of libuv that count, such as servers, sockets and timers. */
export function keptAliveBy(): { readonly handles: readonly unknown[]; readonly handlesLeftOut: number } {
  const { libuv } = report();
  const all = (Array.isArray(libuv) ? libuv : []).filter((handle): handle is Report => isObject(handle) && handle['is_active'] === true && handle['is_referenced'] === true);
  const handles = all.slice(0, MAX_HANDLES).map((handle) => Object.fromEntries(Object.entries(handle).filter(([name]) => !['address', 'is_active', 'is_referenced'].includes(name)).map(([name, value]) => [name, typeof value === 'string' ? maskText(value) : value])));
  return { handles, handlesLeftOut: all.length - handles.length };
}

function report(): Report {
  const { report: reporter } = process as { report?: { excludeNetwork?: boolean; getReport(): object } };
  if (reporter === undefined) return {};
  const before = reporter.excludeNetwork;
  // Else names are looked up for every address, which takes seconds.
  if (before !== undefined) reporter.excludeNetwork = true;
  try {
    return reporter.getReport() as Report;
  } finally {
    if (before !== undefined) reporter.excludeNetwork = before;
  }
}

/** Workers' reports lie within their process's. */
function masked(value: Report): Report {
  const { header, environmentVariables, workers } = value;
  const shown = { ...value };
  if (isObject(header) && Array.isArray(header['commandLine'])) shown['header'] = { ...header, commandLine: maskArguments(header['commandLine'].map(String)) };
  if (isObject(environmentVariables)) shown['environmentVariables'] = maskVariables(environmentVariables);
  if (Array.isArray(workers)) shown['workers'] = workers.filter(isObject).map(masked);
  return shown;
}

function isObject(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
