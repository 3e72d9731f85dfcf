// `npm run bench:page`: how fast the page is with a large profile and with many hosts, and speedscope beside it, in a
// real browser, as a Markdown table.
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { launchChromium } from '../../test/browser/chromium.ts';
import type { Figure } from '../store/figures.ts';
import { figureTable, quantile, short } from '../store/figures.ts';
import type { Lag, Opened } from './browsing.ts';
import { lagOf, LEAST_INPUT_MS, opened } from './browsing.ts';
import type { Profiles } from './material.ts';
import { fleet, NODES, serviceOf, twoProfiles } from './material.ts';
import { upHost, whilePaged } from './serving.ts';

const TIMES = 5;
const HOST = 'compiler';
const FLEET = Array.from({ length: 500 }, (_, index) => `host-${index}`);
const FLAMES = 'document.querySelectorAll("g.frame").length > 100';
const ROWS = `document.querySelectorAll("main tbody tr").length >= ${FLEET.length}`;
/** Its toolbar names the profile when it is drawn. */
const SPEEDSCOPE = 'document.title.includes("bench") && document.querySelector("canvas") !== null';

interface Inputs {
  readonly zoom: Lag;
  readonly search: Lag;
  readonly sort: Lag;
}

const nowMs = Date.now();
const profiles = await twoProfiles(HOST, nowMs);
const browser = await launchChromium();
const figures: Figure[] = [];
const beside: Figure[] = [];
try {
  await whilePaged([upHost(HOST, 'typescript')], profiles.windows, (url) => measureProfiles(url, profiles));
  await whilePaged(FLEET.map((host, index) => upHost(host, serviceOf(index))), fleet(FLEET, nowMs), measureFleet);
} finally {
  await browser.close();
}
process.stdout.write(`${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}, Chromium ${browser.version()}, load ${short(loadavg()[0] ?? 0)}, \`npm run bench:page\`

${figureTable([...figures, ...beside])}

The TypeScript compiler, recorded twice every millisecond: ${profiles.about}. Times of opening are medians of ${TIMES}, each with an empty cache; of inputs, the longest of ${TIMES}, from the input to the next picture, of which the browser tells no less than ${LEAST_INPUT_MS} ms.
`);

async function measureProfiles(url: string, { before, after }: Profiles): Promise<void> {
  const query = `from=${after.fromMs}&until=${after.untilMs}`;
  const flames = `${url}/graph/${HOST}/?${query}&live=0`;
  await warm(flames);
  const openings = await repeated(flames, FLAMES);
  figures.push(time(`link opened to flames painted, ${NODES} nodes`, openings, 500));
  const inputs = await inputsOf(flames);
  for (const [name, lag] of Object.entries(inputs) as [string, Lag][]) figures.push(input(name, lag));
  figures.push({ what: 'longest task meanwhile', target: '≤ 200 ms', measured: `${short(longestTask(inputs))} ms`, met: longestTask(inputs) <= 200 });
  const bytes = Math.max(...openings.map((one) => one.bytes));
  figures.push({ what: 'bytes for the first view, compressed, code and data', target: '≤ 400 kB', measured: `${short(bytes / 1000)} kB`, met: bytes <= 400_000 });
  const diff = `${url}/diff?a.host=${HOST}&a.from=${before.fromMs}&a.until=${before.untilMs}&b.host=${HOST}&b.from=${after.fromMs}&b.until=${after.untilMs}`;
  await warm(diff);
  figures.push(time('diff of two such profiles, opened to painted', await repeated(diff, FLAMES), 700));
  await measureSpeedscope(`${url}/speedscope/#profileURL=${encodeURIComponent(`/export/${HOST}/?format=speedscope&${query}`)}&title=bench`);
}

async function measureFleet(url: string): Promise<void> {
  await warm(`${url}/`);
  figures.push(time(`overview with ${FLEET.length} hosts`, await repeated(`${url}/`, ROWS), 500));
}

async function measureSpeedscope(address: string): Promise<void> {
  const openings = await repeated(address, SPEEDSCOPE);
  beside.push(time('speedscope, same profile: opened to painted', openings), { what: 'speedscope: bytes', target: '', measured: `${short(Math.max(...openings.map(({ bytes }) => bytes)) / 1000)} kB` });
  const search = await opened(browser, address, SPEEDSCOPE, ({ page }) => longest(() => lagOf(page, async () => {
    await page.keyboard.press('Control+f');
    await page.keyboard.type('check', { delay: 120 });
    await page.keyboard.press('Escape');
  })));
  const sort = await opened(browser, `${address}&view=sandwich`, SPEEDSCOPE, ({ page }) => longest(() => lagOf(page, () => page.getByText('Self', { exact: true }).first().click())));
  beside.push(input('speedscope: search', search, false), input('speedscope: sort', sort, false), { what: 'speedscope: longest task meanwhile', target: '', measured: `${short(Math.max(search.taskMs, sort.taskMs))} ms` });
}

async function inputsOf(flames: string): Promise<Inputs> {
  const [zoom, search] = await opened(browser, flames, FLAMES, async ({ page }) => {
    const wide = page.locator('g.frame').nth(3);
    const zoomed = await longest(async () => {
      const lag = await lagOf(page, () => wide.click());
      await lagOf(page, async () => {
        await page.locator('#flames').focus();
        await page.keyboard.press('Escape');
      });
      return lag;
    });
    const box = page.getByRole('searchbox', { name: 'Search' });
    return [zoomed, await longest(() => lagOf(page, async () => {
      await box.fill('');
      await box.pressSequentially('check', { delay: 120 });
    }))] as const;
  });
  const sort = await opened(browser, `${flames}&view=table`, 'document.querySelectorAll(".functions tbody tr[data-row]").length > 5', ({ page }) => longest(async () => {
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

async function repeated(url: string, ready: string): Promise<Pick<Opened, 'paintedMs' | 'bytes'>[]> {
  const all: Pick<Opened, 'paintedMs' | 'bytes'>[] = [];
  for (let time = 0; time < TIMES; time++) all.push(await opened(browser, url, ready, ({ paintedMs, bytes }) => Promise.resolve({ paintedMs, bytes })));
  return all;
}

async function longest(measure: () => Promise<Lag>): Promise<Lag> {
  const lags: Lag[] = [];
  for (let time = 0; time < TIMES; time++) lags.push(await measure());
  return { inputMs: Math.max(...lags.map(({ inputMs }) => inputMs)), taskMs: Math.max(...lags.map(({ taskMs }) => taskMs)) };
}

function longestTask({ zoom, search, sort }: Inputs): number {
  return Math.max(zoom.taskMs, search.taskMs, sort.taskMs);
}

function time(what: string, openings: readonly Pick<Opened, 'paintedMs'>[], mostMs?: number): Figure {
  const median = quantile(openings.map(({ paintedMs }) => paintedMs), 0.5);
  return { what, target: mostMs === undefined ? '' : `≤ ${mostMs} ms`, measured: `${short(median)} ms`, ...(mostMs === undefined ? {} : { met: median <= mostMs }) };
}

function input(what: string, { inputMs }: Lag, bounded = true): Figure {
  const measured = inputMs === 0 ? `under ${LEAST_INPUT_MS} ms` : `${short(inputMs)} ms`;
  return { what, target: bounded ? '≤ 100 ms' : '', measured, ...(bounded ? { met: inputMs <= 100 } : {}) };
}
