// What a test leaves behind, taken away last come first gone: node's own `after` hooks run in the order they were given.
import type { TestContext } from 'node:test';

const cleanups = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** What is given last runs first: a page goes before the server that it asks. All of them run; the first that failed fails the test. */
export function afterwards(t: TestContext, cleanup: () => Promise<void>): void {
  const given = cleanups.get(t);
  if (given !== undefined) {
    given.push(cleanup);
    return;
  }
  const all = [cleanup];
  cleanups.set(t, all);
  t.after(async () => {
    const failures: unknown[] = [];
    for (const one of all.reverse()) await one().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  });
}
