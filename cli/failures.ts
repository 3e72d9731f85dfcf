// Why it could not start, for the person who reads it at night: what happened, to what, and the way out.
import type { Config } from '../collector/config/index.ts';
import { StoreError } from '../collector/store/index.ts';

/** Undefined for what nobody can mend by configuration. */
export function whyNotStarted(error: unknown, { visualizer: { listen: { host, port } } }: Config): string | undefined {
  if (error instanceof StoreError) return error.message;
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE': return `Another program listens at ${at} already: end it, or give another [visualizer] listen.`;
    case 'EADDRNOTAVAIL': return `This machine has no address ${host}: give one of its own in [visualizer] listen.`;
    case 'EACCES': return `This user may not listen at ${at}: give a port from 1024 on in [visualizer] listen.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN': return `The name ${host} is not known here: give an address in [visualizer] listen.`;
    default: return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
