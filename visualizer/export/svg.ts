// A picture that stands alone: no script, nothing from elsewhere, and names are text whatever they hold. Pure.
import type { Origin } from '../api.ts';
import { originOf } from '../origin.ts';
import type { Shown } from '../shown.ts';
import { amount } from '../view/kinds.ts';
import { clockTime, percent } from '../view/units.ts';
import type { Taken } from './walk.ts';
import { frameOf, shownFrames, steps } from './walk.ts';

const WIDTH_PX = 1200;
const ROW_PX = 18;
const HEAD_PX = 46;
const EDGE_PX = 10;
const LETTER_PX = 7;
/** What is narrower is left out, and so is all above it. */
const LEAST_PX = 0.3;
const FILLS: Readonly<Record<Origin, string>> = { own: '#f2a25c', package: '#8fb8dd', node: '#a9cf96', native: '#c3cad1', gc: '#e3b7a4', part: '#e4dfd6' };
const MEANINGS: Readonly<Record<Origin, string>> = { own: 'own code', package: 'npm packages', node: 'Node.js', native: 'V8 and native', gc: 'garbage collection', part: 'summed up' };

export function svg(taken: Taken): string {
  const { name, kind, range, tree, weight } = taken;
  const total = weight === 'us' ? tree.totalWeight : tree.totalCount;
  const whole = total[0] ?? 0;
  const shown = shownFrames(tree);
  const scale = whole === 0 ? 0 : (WIDTH_PX - 2 * EDGE_PX) / whole;
  const told = (value: number): string => `${amount(value, weight, kind)}, ${whole === 0 ? '–' : percent(value / whole)}`;
  const boxes = [boxOf({ x: EDGE_PX, width: WIDTH_PX - 2 * EDGE_PX, depth: 0, fill: FILLS.part, label: name, title: `${name}: ${told(whole)}` })];
  let deepest = 0;
  /** Where the next child begins, per depth. */
  const next = [EDGE_PX];
  let depth = 0;
  for (const { node, enters } of steps(taken)) {
    const width = (total[node] ?? 0) * scale;
    if (!enters) {
      next[--depth] = (next[depth] ?? 0) + width;
      continue;
    }
    const x = next[depth] ?? 0;
    next[++depth] = x;
    if (width < LEAST_PX) continue;
    deepest = Math.max(deepest, depth);
    const frame = frameOf(tree, shown, node);
    boxes.push(boxOf({ x, width, depth, fill: FILLS[(tree.frame[node] ?? 0) < 0 ? 'part' : originOf(frame)], label: frame.name, title: `${placed(frame)}: ${told(total[node] ?? 0)}` }));
  }
  const height = HEAD_PX + (deepest + 1) * ROW_PX + EDGE_PX;
  const when = `${clockTime(range.fromMs, true)} to ${clockTime(range.untilMs, true)}`;
  const legend = Object.entries(MEANINGS).filter(([origin]) => origin !== 'part').map(([origin, meaning], index) =>
    `<rect x="${EDGE_PX + index * 190}" y="30" width="10" height="10" fill="${FILLS[origin as Origin]}"/><text x="${EDGE_PX + 15 + index * 190}" y="39">${escape(meaning)}</text>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${height}" viewBox="0 0 ${WIDTH_PX} ${height}" role="img" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11.5" fill="#15120d">
<title>${escape(`${name}, ${when}`)}</title>
<rect width="100%" height="100%" fill="#fbfaf8"/>
<text x="${EDGE_PX}" y="20" font-size="13">${escape(`${name} · ${when} · ${told(whole)}`)}</text>
${legend.join('\n')}
${boxes.join('\n')}
</svg>
`;
}

interface Box {
  readonly x: number;
  readonly width: number;
  readonly depth: number;
  readonly fill: string;
  readonly label: string;
  readonly title: string;
}

function boxOf({ x, width, depth, fill, label, title }: Box): string {
  const y = HEAD_PX + depth * ROW_PX;
  const letters = Math.floor((width - 6) / LETTER_PX);
  const text = letters < 2 ? '' : `<text x="${round(x + 3)}" y="${y + 12.5}">${escape(label.length <= letters ? label : `${label.slice(0, letters - 1)}…`)}</text>`;
  return `<g><title>${escape(title)}</title><rect x="${round(x)}" y="${y}" width="${round(width)}" height="${ROW_PX - 1}" rx="1.5" fill="${fill}"/>${text}</g>`;
}

function placed({ name, url, line }: Shown): string {
  return url === '' ? name : `${name} (${url}${line > 0 ? `:${line}` : ''})`;
}

function round(px: number): number {
  return Math.round(px * 100) / 100;
}

/** XML knows no control characters and no halves of a pair, however they are written: they are replaced. */
function escape(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
