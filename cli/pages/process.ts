// The process that serves the pages of one program: store, collector and page over a temporary folder. It ends with the
// program, and takes the folder along.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createHeapSnapshots } from '../../collector/heap-snapshots.ts';
import { createCollector } from '../../collector/index.ts';
import { openStore } from '../../collector/store/index.ts';
import { servePage, SNAPSHOT_FOLDER } from '../page-server.ts';
import { startStoreTurns } from '../store-turns.ts';
import type { PagesStart, PagesTold } from './messages.ts';

const LIMITS = { intervalMs: 1000, timeoutMs: 10_000, maxBytes: 64 * 1024 * 1024, concurrency: 1 };
/** A program that is busy answers when it is free. */
const PATIENCE_MS = 120_000;

// Ctrl+C in a terminal reaches this process too: it ends when the program does.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('message', (start: PagesStart) => {
  serve(start).catch((error: unknown) => {
    process.send?.({ failed: whyNot(error, start) }, () => process.exit(1));
  });
});

async function serve(start: PagesStart): Promise<void> {
  const { port, host, program, calledAt, target, secret, adminSecret, token } = start;
  const folder = await mkdtemp(join(tmpdir(), 'liveprofiler-pages-'));
  const gone = new Promise<void>((resolve) => { process.once('disconnect', resolve); });
  try {
    const snapshots = join(folder, SNAPSHOT_FOLDER);
    await mkdir(snapshots, { mode: 0o700 });
    const log = pino({ level: 'silent' });
    const store = await openStore({ path: folder });
    const settings = { ...LIMITS, hosts: [{ name: program, url: new URL(target), secret, adminSecret, labels: {} }], sources: [] };
    const collector = createCollector({ config: settings, store, log });
    const heap = createHeapSnapshots({ targets: () => settings.hosts, patienceMs: PATIENCE_MS });
    const page = await servePage(
      { dbpath: folder, collector: settings, visualizer: { listen: { host, port }, loopback: true, allowedHosts: [] } },
      { store, collector, snapshots: heap, log, token, ...(calledAt === undefined ? {} : { held: { program, calledAt } }) },
    );
    collector.start();
    const endStoreTurns = startStoreTurns(store, log);
    process.send?.({ url: `${page.url}?token=${token}`, snapshots } satisfies PagesTold);
    await gone;
    endStoreTurns();
    heap.stop();
    await page.close();
    await collector.stop();
    await store.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.exit();
}

function whyNot(error: unknown, { host, port }: PagesStart): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `another program listens at ${host}:${port} already: give another port, or 0 for any.`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${host}: give 127.0.0.1.`;
  if (code === 'EACCES') return `this user may not listen at ${host}:${port}: give a port from 1024 on, or 0 for any.`;
  return error instanceof Error ? error.message : String(error);
}
