// A small folder of every kind of thing the store keeps, and what is asked of it. `node fixture.js DIR` writes one in
// the format of today, with its answers; the folders under test/fixtures were written so, each by its own version.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallTree, HostMemory, Store, Window } from '../../../collector/store/index.ts';
import { CUT, openStore, ROOT } from '../../../collector/store/index.ts';
import { frameOf, windowOf } from '../../windows.ts';
import { toldLines, withLines } from './lines.ts';

const DAY_MS = 24 * 3_600_000;
const T0 = 1_700_000_000_000;
const ALL = { fromMs: T0, untilMs: T0 + 4 * DAY_MS };
const HOSTS = ['web', '[::1]:80', '<img src=x>'];
const WINDOWS_A_DAY = 12;

/** Folders of formats before 3 have none. */
export async function linesOf(store: Store): Promise<unknown> {
  return JSON.parse(JSON.stringify(toldLines(await store.lines({ kind: 'cpu' }, ALL)))) as unknown;
}

/** Folders of formats before 4 have none. */
export async function numbersOf(store: Store): Promise<unknown> {
  return JSON.parse(JSON.stringify(await store.numbers({ kind: 'facts' }, ALL, DAY_MS, 'host'), inOrder)) as unknown;
}

export async function answersOf(store: Store): Promise<unknown> {
  const cpu = { kind: 'cpu' };
  const day = { fromMs: T0 + DAY_MS, untilMs: T0 + 2 * DAY_MS };
  const answers = {
    hosts: await store.hosts(),
    memory: await store.memory('web'),
    extents: await Promise.all(HOSTS.map((host) => store.extent(host))),
    labels: await store.labels(ALL),
    whole: await store.query(cpu, ALL),
    heap: await store.query({ kind: 'heap' }, ALL),
    oneDay: await store.query({ ...cpu, hosts: ['web'] }, day),
    oneWindow: await store.query({ ...cpu, hosts: ['web'] }, { fromMs: T0, untilMs: T0 + 1 }),
    route: await store.query({ ...cpu, labels: { route: ['/cart', '/none'] } }, ALL),
    version: await store.query({ ...cpu, labels: { version: ['2'] } }, ALL),
    worker: await store.query({ ...cpu, threads: [1] }, ALL),
    boots: await store.query({ ...cpu, boots: ['web-day-0', 'web-day-2'] }, ALL),
    focus: await store.query(cpu, ALL, { focus: [frameOf('main'), frameOf('serve')] }),
    callers: await store.query(cpu, ALL, { callersOf: frameOf('parse') }),
    limit: await store.query(cpu, ALL, { limit: 8 }),
    days: await store.timeline(cpu, ALL, DAY_MS),
    hours: await store.timeline({ ...cpu, hosts: ['web'] }, day, 3_600_000, 'thread'),
    byRoute: await store.timeline(cpu, ALL, DAY_MS, { label: 'route' }),
    byVersion: await store.timeline(cpu, ALL, DAY_MS, { label: 'version' }),
  };
  return JSON.parse(JSON.stringify(answers, inOrder)) as unknown;
}

/** In an order of its own: engines need not agree on the order of nodes, series and threads. */
function inOrder(_key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'object') ? [...(value as unknown[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : value;
  return typeof value === 'object' && value !== null && 'totalWeight' in value ? nodesOf(value as CallTree) : value;
}

function nodesOf(tree: CallTree): readonly string[] {
  const paths = [''];
  const nodes = tree.parent.map((parent, node) => {
    const { name = tree.frame[node] === CUT ? `cut ${tree.cut[node]}` : '', url = '', original } = tree.frames[tree.frame[node] ?? ROOT] ?? {};
    if (node > 0) paths[node] = `${paths[parent]} > ${name}`;
    return [paths[node], url, original && JSON.stringify(original), tree.selfCount[node], tree.selfWeight[node], tree.totalCount[node], tree.totalWeight[node]].join(' | ');
  });
  return nodes.sort();
}

/** Appending them again must change nothing. */
export function fixtureWindows(): Window[] {
  return HOSTS.flatMap((host) => [0, 1, 2].flatMap((day) => Array.from({ length: WINDOWS_A_DAY }, (_, turn) => windowAt(host, day, turn))));
}

function windowAt(host: string, day: number, turn: number): Window {
  const thread = turn % 4 === 3 ? 1 : 0;
  const lines = [`main;serve;parse ${(turn % 5) + 1}`, `main;serve;render;day${day} ${(turn % 3) + 2} {route=/cart}`, `main;serve;render;parse ${(day % 2) + 1} {route=/}`, 'main 1', 'main;ünï;constructor;__proto__ 2'];
  const window = windowOf({
    host,
    boot: `${host}-day-${day}`,
    thread,
    kind: turn === 5 ? 'heap' : 'cpu',
    seq: turn * 3 + 1,
    lastSeq: turn * 3 + (turn % 2 === 0 ? 1 : 3),
    startMs: T0 + day * DAY_MS + turn * 7_000_000,
    durationMs: turn % 2 === 0 ? 10_000 : 30_000,
    stacks: lines.slice(turn % 2).join('\n'),
    processLabels: { service: host === 'web' ? 'shop' : 'stock', version: String(day), pid: '7' },
    idleUs: turn * 1000,
  });
  const original = { name: 'renderCart', url: 'src/cart.ts', line: 12, column: 5 };
  const frames = window.profile.frames.map((frame) => (frame.name === 'render' && day > 0 ? { ...frame, original } : frame));
  const weight = window.profile.rows.weight.map((value, i) => value + ((i * 37 + turn * 11) % 900));
  return {
    ...(turn % 3 === 0 ? withLines(window, turn) : window),
    epoch: day === 2 ? 1 : 0,
    dropped: { count: turn % 2, weight: (turn % 2) * 999 },
    processCpuUs: turn * 123_456,
    ...(thread === 1 && { threadCpuUs: turn * 1000 }),
    profile: { ...window.profile, frames, rows: { ...window.profile.rows, weight } },
    sections: turn === 2 ? { facts: { requests: turn }, later: [day, null, { of: 'an unknown section' }] } : {},
  };
}

/** Two buckets of windows with many stacks each: enough to be packed, and sealed together. */
function neighbours(): Window[] {
  return Array.from({ length: 12 }, (_, turn) => {
    const stacks = Array.from({ length: 60 }, (_, i) => `main;step${i % 7};work${(i * (turn + 1)) % 80} ${(i % 3) + 1}`).join('\n');
    return withLines(windowOf({ host: HOSTS[0] ?? '', boot: 'busy', seq: turn + 1, startMs: T0 + turn * 40_000, durationMs: 40_000, stacks }), turn);
  });
}

/** What was observed: whole and broken, that moves and that does not. */
export function fixtureNumbers(): Window[] {
  return HOSTS.flatMap((host) => Array.from({ length: WINDOWS_A_DAY }, (_, turn) => {
    const { boot, thread, firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch } = windowOf({ host, boot: `${host} facts`, seq: turn + 1, startMs: T0 + turn * 100_000 });
    const still = { min: 7, max: 7, sum: 21, count: 3, last: 7 };
    return { host, boot, thread, kind: 'facts', firstSeq, lastSeq, processLabels, threadName, startUs, endUs, epoch, numbers: { rssBytes: { min: 1e8 + turn, max: 2e8, sum: 5e8 + turn, count: 3, last: 2e8 - turn }, share: { min: 0.1, max: 0.1 + turn, sum: 0.3 + turn, count: 2, last: 0.2 }, [`sort ${turn % 3}`]: still } };
  }));
}

async function writeFixture(folder: string): Promise<void> {
  await rm(join(folder, 'store'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const memories = new Map<string, HostMemory>(HOSTS.map((host, i) => [host, { cursor: `c${i}`, clocks: { [`${host}-day-2`]: { offsetUs: 1_000_000 * i, epoch: 1, seenMs: T0 } }, ancestorSeq: i }]));
  const windows = fixtureWindows();
  const first = await openStore({ path: join(folder, 'store') });
  await first.append(windows.slice(0, 70), memories);
  await first.append(neighbours(), new Map());
  await first.append(fixtureNumbers().slice(0, 20), new Map());
  // What comes after this stays as it came.
  await first.rollUp(T0 + 30 * DAY_MS);
  await first.close();
  // Opening again makes a table of the log of the first time: files of both sorts are left behind.
  const store = await openStore({ path: join(folder, 'store') });
  await store.append(windows.slice(70), new Map());
  await store.append(fixtureNumbers().slice(20), new Map());
  await writeFile(join(folder, 'answers.json'), `${JSON.stringify(await answersOf(store), undefined, 1)}\n`);
  await writeFile(join(folder, 'lines.json'), `${JSON.stringify(await linesOf(store), undefined, 1)}\n`);
  await writeFile(join(folder, 'numbers.json'), `${JSON.stringify(await numbersOf(store), undefined, 1)}\n`);
  await store.close();
  for (const file of ['LOG', 'LOG.old', 'LOCK']) await rm(join(folder, 'store/leveldb', file), { force: true });
}

const [, script = '', folder] = process.argv;
if (script.endsWith('fixture.js') && folder !== undefined) await writeFixture(folder);
