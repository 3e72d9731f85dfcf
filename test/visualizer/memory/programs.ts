// Programs whose memory is recorded: healthy ones, and ones that leak on purpose. Each gets turns, many a second.
import { EventEmitter } from 'node:events';

export interface Program {
  readonly leaks: 'heap' | 'outside' | undefined;
  /** Makes what a turn does. */
  readonly start: () => () => void;
}

interface Order {
  readonly id: number;
  readonly lines: readonly string[];
}

let made = 0;
/** About 1 kB. */
function order(): Order {
  return { id: ++made, lines: Array.from({ length: 12 }, (_, line) => `order ${made} line ${line} ${Math.random()}`) };
}

/** What any request does: makes much that dies young, and some that lives for a moment. */
function request(): void {
  const answer = JSON.stringify(Array.from({ length: 60 }, order));
  JSON.parse(answer);
}

export const PROGRAMS: Readonly<Record<string, Program>> = {
  'healthy-server': { leaks: undefined, start: () => request },
  'healthy-cache': {
    leaks: undefined,
    start: () => {
      const cache = new Map<number, Order>();
      return () => {
        request();
        const fresh = order();
        cache.set(fresh.id, fresh);
        const [oldest] = cache.keys();
        if (cache.size > 2000 && oldest !== undefined) cache.delete(oldest);
      };
    },
  },
  'healthy-batches': {
    leaks: undefined,
    start: () => {
      let batch: Order[] = [];
      return () => {
        for (let more = 0; more < 10; more++) batch.push(order());
        if (batch.length > 15_000) batch = [];
      };
    },
  },
  'healthy-buffers': {
    leaks: undefined,
    start: () => {
      const open: Buffer[] = [];
      return () => {
        request();
        open.push(Buffer.alloc(64_000, 1));
        if (open.length > 100) open.splice(0, 50);
      };
    },
  },
  'healthy-idle': {
    leaks: undefined,
    start: () => {
      let turn = 0;
      return () => { if (++turn % 50 === 0) request(); };
    },
  },
  'leaking-map': {
    leaks: 'heap',
    start: () => {
      const sessions = new Map<number, Order>();
      return () => {
        request();
        const fresh = order();
        for (let more = 0; more < 3; more++) sessions.set(fresh.id + more / 10, { ...fresh, lines: [...fresh.lines, `${more}`] });
      };
    },
  },
  'leaking-listeners': {
    leaks: 'heap',
    start: () => {
      const bus = new EventEmitter();
      bus.setMaxListeners(0);
      return () => {
        request();
        const held = order();
        bus.on('change', () => held.id);
        bus.on('close', () => held.lines.length);
      };
    },
  },
  'leaking-timers': {
    leaks: 'heap',
    start: () => () => {
      request();
      const held = order();
      setInterval(() => held.lines.length, 3_600_000).unref();
    },
  },
  'leaking-cache': {
    leaks: 'heap',
    start: () => {
      const cache: Record<string, Order> = {};
      return () => {
        request();
        const fresh = order();
        cache[`/orders/${fresh.id}?at=${Math.random()}`] = fresh;
      };
    },
  },
  'leaking-buffers': {
    leaks: 'outside',
    start: () => {
      const kept: Buffer[] = [];
      return () => {
        request();
        kept.push(Buffer.alloc(20_000, 1));
      };
    },
  },
};
