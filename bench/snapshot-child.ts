// A shop with sessions, listeners, caches and buffers in its memory, as many as make a heap of about so many bytes (the second
// argument), writes a snapshot of itself to where its first argument says.
import { EventEmitter } from 'node:events';
import { writeHeapSnapshot } from 'node:v8';

class Item {
  readonly sku: string;
  readonly price: { readonly cents: number; readonly currency: string };

  constructor(id: number) {
    this.sku = `sku-${id.toString(36)}-${(id * 7919) % 1000}`;
    this.price = { cents: id + 0.5, currency: 'EUR' };
  }
}

class Session {
  readonly user: string;
  readonly visited = new Map<string, Date>();
  readonly items: Item[];

  constructor(id: number) {
    this.user = `user ${id} of the shop`;
    for (let page = 0; page < 5; page++) this.visited.set(`/products/${id % 500}/${page}`, new Date(id));
    this.items = Array.from({ length: 4 }, (_, item) => new Item(id * 4 + item));
  }
}

const [path = '', wanted = '150e6'] = process.argv.slice(2);
const sessions = new Map<string, Session>();
const rendered: Record<string, { html: string; ofUser: string }> = {};
const uploads: Buffer[] = [];
const prices = new EventEmitter().setMaxListeners(0);
while (process.memoryUsage().heapUsed < Number(wanted)) {
  for (let more = 0; more < 5000; more++) {
    const id = sessions.size;
    const session = new Session(id);
    sessions.set(`session ${id}`, session);
    if (id % 2 === 0) prices.on('change', () => session.items.length);
    if (id % 4 === 0) rendered[`/basket/${id}`] = { html: `<li>${session.user}</li>`.repeat(3), ofUser: session.user };
    if (id % 100 === 0) uploads.push(Buffer.alloc(10_000, id));
  }
}
writeHeapSnapshot(path);
process.stdout.write(JSON.stringify({ sessions: sessions.size, rendered: Object.keys(rendered).length, uploads: uploads.length, listeners: prices.listenerCount('change') }));
