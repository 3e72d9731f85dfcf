// A real browser with a clock in it: when what was waited for is on the screen, and how long the screen lagged behind
// what was done. Nothing is cached from one opening to the next.
import type { Browser, Page } from 'playwright-core';

export interface Opened {
  readonly page: Page;
  /** From the start of the navigation until what was waited for is painted: the task after the picture that has it. */
  readonly paintedMs: number;
  /** Over the network, compressed, until then. */
  readonly bytes: number;
  /** The longest task until then. */
  readonly taskMs: number;
}

/** Longest time from an input to the next picture, and the longest task, since the last reading. */
export interface Lag {
  readonly inputMs: number;
  readonly taskMs: number;
}

/** Shorter ones the browser does not tell. */
export const LEAST_INPUT_MS = 16;

const CLOCK = `
  window.lag = { inputMs: 0, taskMs: 0 };
  new PerformanceObserver((list) => { for (const { duration, interactionId } of list.getEntries()) if (interactionId > 0) lag.inputMs = Math.max(lag.inputMs, duration); }).observe({ type: 'event', durationThreshold: ${LEAST_INPUT_MS} });
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) lag.taskMs = Math.max(lag.taskMs, duration); }).observe({ type: 'longtask', buffered: true });
`;

/** `ready`: an expression that is true when what is waited for stands in the page. */
export async function opened<T>(browser: Browser, url: string, ready: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(`${CLOCK}
      window.painted = new Promise((done, reject) => {
        setTimeout(() => reject(new Error('what was waited for did not come: ' + ${JSON.stringify(ready)})), ${PATIENCE_MS});
        const look = () => { if (document.readyState !== 'loading' && (${ready})) setTimeout(() => done(performance.now())); else requestAnimationFrame(look); };
        requestAnimationFrame(look);
      });`);
    const network = await context.newCDPSession(page);
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await network.send('Network.enable');
    await page.goto(url);
    const paintedMs = await page.evaluate<number>('window.painted');
    await page.waitForLoadState('networkidle');
    return await work({ page, paintedMs, bytes, taskMs: await page.evaluate<number>('window.lag.taskMs') });
  } finally {
    await context.close();
  }
}

/** What `act` does, until two pictures later and nothing moves any more. */
export async function lagOf(page: Page, act: () => Promise<void>): Promise<Lag> {
  await page.evaluate('window.lag = { inputMs: 0, taskMs: 0 }');
  await act();
  await page.waitForTimeout(SETTLE_MS);
  return page.evaluate<Lag>('window.lag');
}

const SETTLE_MS = 700;
const PATIENCE_MS = 30_000;
