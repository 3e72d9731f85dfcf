// Retaining paths as a picture, with the same as text beside it for whoever cannot see it or wants to copy it.
import type { RetainingPath, Step } from '../../snapshot/answers.ts';
import type { Box } from '../../view/path-picture.ts';
import { pictureOf } from '../../view/path-picture.ts';
import { objectText, pathLines, referenceText } from '../../view/retaining.ts';
import { bytes } from '../../view/units.ts';
import { button, h, svg } from '../dom.ts';

export interface ShownPath {
  readonly path: RetainingPath;
  /** How many are kept so, and what they keep. */
  readonly about: string;
}

const [COLUMN_PX, ROW_PX, BOX_WIDTH_PX, BOX_HEIGHT_PX, MARGIN_PX] = [290, 78, 260, 44, 8];
const MOST_SIGNS = 33;

export function createPathView(paths: readonly ShownPath[], hrefOf: (step: Step) => string): HTMLElement {
  const text = paths.map(({ path, about }) => [...(about === '' ? [] : [about]), ...pathLines(path)].join('\n')).join('\n\n');
  const copied = h('span', { class: 'quiet', role: 'status' });
  const copy = button('Copy', () => {
    void navigator.clipboard.writeText(text).then(() => { copied.textContent = 'Copied.'; }, () => { copied.textContent = 'The browser does not let it be copied: mark the text below.'; });
  });
  return h('div', { class: 'paths' },
    h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Picture of retaining paths' }, drawn(paths.map(({ path }) => path), hrefOf)),
    h('details', {}, h('summary', {}, 'As text'), h('p', {}, copy, ' ', copied), h('pre', { tabindex: '0' }, text)));
}

function drawn(paths: readonly RetainingPath[], hrefOf: (step: Step) => string): SVGElement {
  const { boxes, columns, rows } = pictureOf(paths);
  const [width, height] = [columns * COLUMN_PX + MARGIN_PX, (rows - 1) * ROW_PX + BOX_HEIGHT_PX + 2 * MARGIN_PX];
  const picture = svg('svg', { width: String(width), height: String(height), viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'From the root down to what is kept' });
  for (const box of boxes) if (box.from !== undefined) picture.append(...linkTo(box, box.from));
  for (const box of [...boxes].sort((a, b) => a.row - b.row)) picture.append(drawnBox(box, hrefOf(box.step)));
  return picture;
}

function linkTo(box: Box, from: Box): SVGElement[] {
  const [x1, y1, x2, y2] = [middleOf(from), topOf(from) + BOX_HEIGHT_PX, middleOf(box), topOf(box)];
  const bend = (y1 + y2) / 2;
  const label = svg('text', { x: String(x2 + 8), y: String(y2 - 9), class: 'by' });
  label.textContent = cut(box.step.by === undefined ? '' : referenceText(box.step.by));
  return [svg('path', { d: `M${x1},${y1}C${x1},${bend} ${x2},${bend} ${x2},${y2}`, class: 'way' }), label];
}

function drawnBox(box: Box, href: string): SVGElement {
  const [x, y] = [middleOf(box) - BOX_WIDTH_PX / 2, topOf(box)];
  const { object } = box.step;
  const name = svg('text', { x: String(x + 10), y: String(y + 18), class: 'what' });
  name.textContent = cut(objectText(object));
  const size = svg('text', { x: String(x + 10), y: String(y + 35), class: 'size' });
  size.textContent = `keeps ${bytes(object.retained)}, is ${bytes(object.shallow)}`;
  const title = svg('title', {});
  title.textContent = objectText(object);
  return svg('a', { href, class: box.isEnd ? 'end' : '' }, title, svg('rect', { x: String(x), y: String(y), width: String(BOX_WIDTH_PX), height: String(BOX_HEIGHT_PX), rx: '5' }), name, size);
}

function middleOf({ column }: Box): number {
  return MARGIN_PX + column * COLUMN_PX + BOX_WIDTH_PX / 2;
}

function topOf({ row }: Box): number {
  return MARGIN_PX + row * ROW_PX;
}

function cut(text: string): string {
  return text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS)}…` : text;
}
