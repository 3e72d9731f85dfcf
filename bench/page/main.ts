// `npm run bench:page`: how fast the page is with a large profile and with many hosts, and speedscope beside it, in a
// real browser, as a Markdown table.
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { launchChromium } from '../../test/browser/chromium.ts';
import type { Figure } from '../store/figures.ts';
import { figureTable, quantile, short } from '../store/figures.ts';
import type { Lag, Opened } from './browsing.ts';
import { lagOf, LEAST_INPUT_MS, opened } from './browsing.ts';
import { costOfLeaving, refreshCost } from './leaving.ts';
import type { Profiles } from './material.ts';
import { fleet, FLEET_WINDOWS, NODES, serviceOf, twoProfiles } from './material.ts';
import { upHost, whilePaged } from './serving.ts';

const OPENINGS = 9;
const INPUTS = 5;
/** Shorter tasks the browser does not tell. */
const LEAST_TASK_MS = 50;
const MOST_TASK_MS = 200;
const PEOPLE = 10;
const HOST = 'compiler';
const FLEET = Array.from({ length: 500 }, (_, index) => `host-${index}`);
const FLAMES = 'document.querySelectorAll("g.frame").length > 100';
const ROWS = `document.querySelectorAll("main tbody tr").length >= ${FLEET.length}`;
const LINES = `document.querySelectorAll("svg.spark").length >= ${FLEET.length}`;
/** Its toolbar names the profile when it is drawn. */
const SPEEDSCOPE = 'document.title.includes("bench") && document.querySelector("canvas") !== null';

type Opening = Pick<Opened, 'paintedMs' | 'bytes' | 'taskMs'>;
type Inputs = Readonly<Record<'zoom' | 'search' | 'sort', readonly Lag[]>>;

const nowMs = Date.now();
const profiles = await twoProfiles(HOST, nowMs);
const browser = await launchChromium();
const figures: Figure[] = [];
const beside: Figure[] = [];
const leaving: Figure[] = [];
try {
  await whilePaged([upHost(HOST, 'typescript')], profiles.windows, (url) => measureProfiles(url, profiles));
  await whilePaged(FLEET.map((host, index) => upHost(host, serviceOf(index))), fleet(FLEET, nowMs), measureFleet);
} finally {
  await browser.close();
}
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}, Chromium ${browser.version()}, load ${short(loadavg()[0] ?? 0)}, \`npm run bench:page\`

${figureTable([...figures, ...leaving, ...beside])}

The TypeScript compiler, recorded twice every millisecond: ${profiles.about}. Times of opening are medians of ${OPENINGS}, with the least and the most, each with an empty cache. Times of inputs are the longest of ${INPUTS}, with the median, from the input to the next picture; the browser tells none under ${LEAST_INPUT_MS} ms, and no task under ${LEAST_TASK_MS} ms. Every host of the fleet has ${FLEET_WINDOWS} windows of 10 s. What pages that are left open cost is time that the server's process computes, of one core.
`);

async function measureProfiles(url: string, { before, after }: Profiles): Promise<void> {
  const query = `from=${after.fromMs}&until=${after.untilMs}`;
  const flames = `${url}/graph/${HOST}/?${query}&live=0`;
  await warm(flames);
  const openings = await repeated(() => flames, FLAMES);
  figures.push(time(`link opened to flames painted, ${NODES} nodes`, openings, 500));
  const inputs = await inputsOf(flames);
  for (const [name, lags] of Object.entries(inputs)) figures.push(input(name, lags));
  figures.push(tasks('zoom, search and sort: longest task', Object.values(inputs).flat(), true), tasks('opening flames: longest task', openings));
  const bytes = Math.max(...openings.map((one) => one.bytes));
  figures.push({ what: 'bytes for the first view, compressed, code and data', target: '≤ 400 kB', measured: `${short(bytes / 1000)} kB`, met: bytes <= 400_000 });
  const diff = `${url}/diff?a.host=${HOST}&a.from=${before.fromMs}&a.until=${before.untilMs}&b.host=${HOST}&b.from=${after.fromMs}&b.until=${after.untilMs}`;
  await warm(diff);
  const diffs = await repeated(() => diff, FLAMES);
  figures.push(time('diff of two such profiles, opened to painted', diffs, 700), tasks('opening the diff: longest task', diffs));
  const live = (time: number): string => `host=${HOST}&from=-${1200 + time}seconds&until=now`;
  const cost = await refreshCost(url, (time) => [`/api/flame?${live(time)}`, `/api/timeline?${live(time)}`]);
  leaving.push({ what: `flames of ${NODES} nodes that follow the present: one refresh costs the server`, target: '', measured: `${short(cost)} ms` });
  await measureSpeedscope(`${url}/speedscope/#profileURL=${encodeURIComponent(`/export/${HOST}/?format=speedscope&${query}`)}&title=bench`);
}

/** Each opening asks for a range of its own, which nobody asked for before. */
async function measureFleet(url: string): Promise<void> {
  await warm(`${url}/`);
  const openings = await repeated((time) => `${url}/?from=-${900 + time}seconds`, ROWS);
  figures.push(time(`overview with ${FLEET.length} hosts and their states`, openings, 500));
  const whole = await repeated((time) => `${url}/?from=-${910 + time}seconds`, LINES);
  figures.push(time('the same with how busy each was over time', whole, 500), tasks('opening the overview: longest task', [...openings, ...whole]));
  const asked = (path: string, time: number): string => `${path}?from=-${800 + time}seconds&until=now`;
  const hosts = await refreshCost(url, (time) => [asked('/api/hosts', time), '/api/pins']);
  const hottest = await refreshCost(url, (time) => [`${asked('/api/top', time)}&by=service&limit=10`]);
  const together = await costOfLeaving(url, PEOPLE, [asked('/api/hosts', 0), '/api/pins']);
  leaving.push(
    { what: `overview with ${FLEET.length} hosts: one refresh costs the server`, target: '', measured: `${short(hosts)} ms` },
    { what: 'its hottest functions, once a minute', target: '', measured: `${short(hottest)} ms` },
    { what: `${PEOPLE} such overviews left open`, target: '', measured: `${short(100 * together)} % of a core` },
  );
}

async function measureSpeedscope(address: string): Promise<void> {
  const openings = await repeated(() => address, SPEEDSCOPE);
  beside.push(time('speedscope, same profile: opened to painted', openings), { what: 'speedscope: bytes', target: '', measured: `${short(Math.max(...openings.map(({ bytes }) => bytes)) / 1000)} kB` });
  const search = await opened(browser, address, SPEEDSCOPE, ({ page }) => lags(() => lagOf(page, async () => {
    await page.keyboard.press('Control+f');
    await page.keyboard.type('check', { delay: 120 });
    await page.keyboard.press('Escape');
  })));
  const sort = await opened(browser, `${address}&view=sandwich`, SPEEDSCOPE, ({ page }) => lags(() => lagOf(page, () => page.getByText('Self', { exact: true }).first().click())));
  beside.push(input('speedscope: search', search, false), input('speedscope: sort', sort, false), tasks('speedscope: longest task', [...search, ...sort]), tasks('opening speedscope: longest task', openings));
}

async function inputsOf(flames: string): Promise<Inputs> {
  const [zoom, search] = await opened(browser, flames, FLAMES, async ({ page }) => {
    const wide = page.locator('g.frame').nth(3);
    const zoomed = await lags(async () => {
      const lag = await lagOf(page, () => wide.click());
      await lagOf(page, async () => {
        await page.locator('#flames').focus();
        await page.keyboard.press('Escape');
      });
      return lag;
    });
    const box = page.getByRole('searchbox', { name: 'Search' });
    return [zoomed, await lags(() => lagOf(page, async () => {
      await box.fill('');
      await box.pressSequentially('check', { delay: 120 });
    }))] as const;
  });
  const sort = await opened(browser, `${flames}&view=table`, 'document.querySelectorAll(".functions tbody tr[data-row]").length > 5', ({ page }) => lags(async () => {
    const lag = await lagOf(page, () => page.getByRole('button', { name: 'Total', exact: true }).click());
    await lagOf(page, () => page.getByRole('button', { name: 'Self', exact: true }).click());
    return lag;
  }));
  return { zoom, search, sort };
}

/** The server has compiled what it runs, as one has that is up. */
async function warm(url: string): Promise<void> {
  for (let time = 0; time < 2; time++) await opened(browser, url, 'document.querySelector("h1") !== null && document.querySelectorAll("g.frame, tbody tr").length > 0', () => Promise.resolve());
}

async function repeated(url: (time: number) => string, ready: string): Promise<Opening[]> {
  const all: Opening[] = [];
  for (let time = 0; time < OPENINGS; time++) all.push(await opened(browser, url(time), ready, ({ paintedMs, bytes, taskMs }) => Promise.resolve({ paintedMs, bytes, taskMs })));
  return all;
}

async function lags(measure: () => Promise<Lag>): Promise<Lag[]> {
  const all: Lag[] = [];
  for (let time = 0; time < INPUTS; time++) all.push(await measure());
  return all;
}

function time(what: string, openings: readonly Opening[], mostMs?: number): Figure {
  const all = openings.map(({ paintedMs }) => paintedMs);
  const median = quantile(all, 0.5);
  return { what, target: mostMs === undefined ? '' : `≤ ${mostMs} ms`, measured: `${short(median)} ms (${short(Math.min(...all))} to ${short(Math.max(...all))})`, ...(mostMs === undefined ? {} : { met: median <= mostMs }) };
}

function input(what: string, all: readonly Lag[], bounded = true): Figure {
  const told = (ms: number): string => (ms === 0 ? `under ${LEAST_INPUT_MS} ms` : `${short(ms)} ms`);
  const inputs = all.map(({ inputMs }) => inputMs);
  const most = Math.max(...inputs);
  return { what, target: bounded ? '≤ 100 ms' : '', measured: `${told(most)} (median ${told(quantile(inputs, 0.5))})`, ...(bounded ? { met: most <= 100 } : {}) };
}

function tasks(what: string, all: readonly Pick<Lag, 'taskMs'>[], bounded = false): Figure {
  const most = Math.max(...all.map(({ taskMs }) => taskMs));
  return { what, target: bounded ? `≤ ${MOST_TASK_MS} ms` : '', measured: most === 0 ? `under ${LEAST_TASK_MS} ms` : `${short(most)} ms`, ...(bounded ? { met: most <= MOST_TASK_MS } : {}) };
}
