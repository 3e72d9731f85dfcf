// The programs that are recorded, by name; each is a child process that tells the port where its profiles are.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const SECRET = 'bench';

const PROGRAMS = {
  typescript: 'programs/typescript.js',
  example: 'programs/example.js',
  express: 'programs/express.js',
  renderer: 'programs/renderer.js',
  idle: 'programs/idle.js',
} as const;

export type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES: readonly ProgramName[] = Object.keys(PROGRAMS) as ProgramName[];
/** The one that is never idle. */
export const BUSY: ProgramName = 'typescript';

export interface Program {
  readonly port: number;
  stop(): Promise<void>;
}

export async function start(name: ProgramName, environment: Readonly<Record<string, string>> = {}): Promise<Program> {
  const child = fork(fileURLToPath(new URL(PROGRAMS[name], import.meta.url)), { env: { ...process.env, ...environment, PROFILER_TOKEN: SECRET }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const closed = once(child, 'close');
  const [{ port }] = (await Promise.race([once(child, 'message'), failure(closed, name)])) as [{ port: number }];
  return {
    port,
    async stop() {
      child.kill();
      await closed;
    },
  };
}

async function failure(closed: Promise<unknown>, name: string): Promise<never> {
  const result = JSON.stringify(await closed);
  throw new Error(`the program ${name} ended before it told its port: ${result}`);
}
