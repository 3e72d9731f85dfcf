// A service that leaks in the way its argument names, some 10 MB of heap or more, while it makes and throws away as much.
import { EventEmitter } from 'node:events';
import { createSampler } from 'liveprofiler-sampler';
import { SECRET } from '../ask.ts';

interface Order {
  readonly id: number;
  readonly lines: readonly string[];
}

let thrownAway = 0;

function answerRequest(id: number): void {
  const lines = Array.from({ length: 12 }, (_, line) => `answer ${id} line ${line} ${Math.random()}`);
  thrownAway += lines.length;
}

const sessions = new Map<number, Order>();
function rememberSession(id: number): void {
  sessions.set(id, { id, lines: [`session ${id} ${Math.random()}`, `user ${id} ${Math.random()}`] });
}

const settings = new EventEmitter().setMaxListeners(0);
function followSettings(id: number): void {
  const order: Order = { id, lines: [`listener ${id} ${Math.random()}`] };
  settings.on('change', () => order.lines.length);
}

function pollForOrder(id: number): void {
  const order: Order = { id, lines: [`timer ${id} ${Math.random()}`] };
  setInterval(() => order.lines.length, 3_600_000).unref();
}

const pages: Record<string, { readonly html: string }> = {};
function renderPage(id: number): void {
  pages[`/orders/${id}?at=${Math.random()}`] = { html: `<p>${id}</p><p>${Math.random()}</p>` };
}

const uploads: Buffer[] = [];
function receiveUpload(): void {
  uploads.push(Buffer.alloc(2000, 1));
}

const LEAKS: Readonly<Record<string, (id: number) => void>> = { map: rememberSession, listeners: followSettings, timers: pollForOrder, cache: renderPage, buffers: receiveUpload };

const sampler = createSampler({ secret: SECRET, memory: { everyMs: 1000, maxPauseMs: 60_000 } });
const { port } = await sampler.listen({ port: 0 });
const leak = LEAKS[process.argv[2] ?? ''];
for (let id = 0; id < 60_000; id++) {
  // One place calls both: V8 tells what it inlined as its caller.
  for (const work of id % 3 === 0 ? [leak, answerRequest] : [leak]) work?.(id);
}
process.once('disconnect', () => process.exit());
process.send?.({ port, held: [sessions.size, settings.listenerCount('change'), Object.keys(pages).length, uploads.length, thrownAway] });
