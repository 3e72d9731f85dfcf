// Recognisable kinds of real work, each under its own name in the flame graph.
import { createHash, pbkdf2Sync } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const ORDERS = Array.from({ length: 400 }, (_, id) => ({ id, customer: `customer ${id % 37}`, items: Array.from({ length: 8 }, (_, item) => ({ sku: `sku-${id}-${item}`, cents: (id * 7919 + item * 104_729) % 10_000 })) }));

/** Pixels along each side of a picture, and how many of them become one. */
const [SIDE, SHRINK] = [2048, 8];
const PICTURE = Uint8Array.from({ length: SIDE ** 2 }, (_, at) => (at * 31) % 251);

export function reportAsJson(): string {
  const totals = new Map<string, number>();
  for (const { customer, items } of ORDERS) for (const { cents } of items) totals.set(customer, (totals.get(customer) ?? 0) + cents);
  return JSON.stringify({ orders: ORDERS, totals: [...totals] });
}

export function hashPassword(password: string): string {
  return pbkdf2Sync(password, 'salt', 20_000, 32, 'sha256').toString('hex');
}

export function renderPage(): string {
  return ORDERS.map(({ id, customer, items }) => `<tr><td>${id}</td><td>${customer}</td><td>${items.map(({ sku }) => sku.replace(/-/g, ' ')).join(', ')}</td></tr>`).join('\n');
}

export function searchText(word: string): number {
  const text = renderPage();
  const pattern = new RegExp(`(?:${word}|sku)\\s\\d+[13579]\\b`, 'g');
  return [...text.matchAll(pattern)].length;
}

export function compressArchive(): string {
  return createHash('sha1').update(gzipSync(reportAsJson())).digest('hex');
}

export function sortCatalogue(): string {
  const items = ORDERS.flatMap((order) => order.items);
  items.sort((a, b) => b.cents - a.cents || a.sku.localeCompare(b.sku));
  return items[0]?.sku ?? '';
}

/** Each pixel of the small picture is the mean of those that it stands for. */
export function shrinkPicture(): Uint8Array {
  const small = new Uint8Array((SIDE / SHRINK) ** 2);
  for (let at = 0; at < small.length; at++) {
    const [top, left] = [Math.floor((at * SHRINK) / SIDE) * SHRINK, (at * SHRINK) % SIDE];
    let sum = 0;
    for (let y = top; y < top + SHRINK; y++) for (let x = left; x < left + SHRINK; x++) sum += PICTURE[y * SIDE + x] ?? 0;
    small[at] = sum / SHRINK ** 2;
  }
  return small;
}
