// A real program that opens its pages: `beside` goes on in stretches that never yield, `block` waits to be let go on.
import { openPages } from '../../cli/pages/open-pages.ts';

class Order {
  readonly lines: string[];
  constructor(id: number) {
    this.lines = [`order ${id}`];
  }
}

const orders = new Map<number, Order>();
(globalThis as Record<string, unknown>)['orders'] = orders;
for (let id = 0; id < 1000; id++) orders.set(id, new Order(id));

function crunch(ms: number): number {
  let sum = 0;
  for (const endMs = performance.now() + ms; performance.now() < endMs;) sum += Math.sqrt(sum + 1);
  return sum;
}

const [how] = process.argv.slice(2);
const startMs = performance.now();
const pages = await openPages(how === 'block' ? { block: true } : {});
process.send?.({ url: pages.url, tookMs: performance.now() - startMs });
if (how === 'block') process.disconnect();
else {
  // In stretches: in between the sampler can answer.
  const timer = setInterval(() => { crunch(200); }, 400);
  process.on('message', (word) => {
    if (word === 'crunch') {
      process.send?.('crunching', () => {
        crunch(4000);
        process.send?.('crunched');
      });
    }
    if (word === 'close') {
      clearInterval(timer);
      void pages.close().then(() => { process.disconnect(); });
    }
  });
}
