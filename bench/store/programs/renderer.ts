// A server-side renderer: one page after the other.
import { createHash } from 'node:crypto';
import { renderPage } from './pages.ts';
import { breathe, sampled } from './sampled.ts';

let bytes = 0;

await sampled('renderer');
for (let turn = 0; ; turn++) {
  await breathe();
  const html = renderPage(turn);
  bytes += html.length;
  if (turn % 10 === 0) createHash('sha256').update(html).update(String(bytes)).digest('hex');
}
