// A program that leaks in the way its first argument names, and writes a heap snapshot to where its second says.
import { EventEmitter } from 'node:events';
import { writeHeapSnapshot } from 'node:v8';

const [leak = '', path = ''] = process.argv.slice(2);
const COUNT = 2000;

class Session {
  readonly id: number;
  readonly visited: string[];
  constructor(id: number) {
    this.id = id;
    this.visited = Array.from({ length: 10 }, (_, page) => `/page/${page}/${id}`);
  }
}

class Job {
  readonly payload: string;
  constructor(id: number) {
    this.payload = `job ${id} `.repeat(20);
  }
}

class ShopCache {
  readonly rendered: Record<string, { html: string; at: number }> = {};
  render(id: number): void {
    this.rendered[`product-${id}`] = { html: `<p>${id}</p>`.repeat(10 + (id % 3)), at: id };
  }
}

const leaks: Readonly<Record<string, () => unknown>> = {
  map() {
    const sessions = new Map<string, Session>();
    for (let id = 0; id < COUNT; id++) sessions.set(`user ${id}`, new Session(id));
    return () => sessions.size;
  },
  listeners() {
    const settings = new EventEmitter().setMaxListeners(0);
    for (let id = 0; id < COUNT; id++) {
      const session = new Session(id);
      settings.on('change', function onChange() { session.visited.push('changed'); });
    }
    return () => settings.emit('change');
  },
  timer() {
    const jobs: Job[] = [];
    for (let id = 0; id < COUNT; id++) jobs.push(new Job(id));
    setInterval(function poll() { jobs.shift(); }, 3_600_000);
    return undefined;
  },
  cache() {
    const cache = new ShopCache();
    for (let id = 0; id < COUNT; id++) cache.render(id);
    return cache;
  },
  buffers() {
    const uploads: Buffer[] = [];
    for (let id = 0; id < 100; id++) uploads.push(Buffer.alloc(100_000, id));
    return () => uploads.length;
  },
};

(globalThis as Record<string, unknown>)['kept'] = leaks[leak]?.();
writeHeapSnapshot(path);
process.exit();
