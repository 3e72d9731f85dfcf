// Lines over what was made, as an SVG that stands by itself. Pure.
import type { Point } from './fit.ts';

export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 320, 56, 200, 36, 44];
const STEPS = 5;

/** `x` and `y` are what the axes are called. */
export function svg(title: string, x: string, y: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const [mostX, mostY] = [round(Math.max(...all.map((point) => point.x))), round(Math.max(...all.map((point) => point.y)))];
  const atX = (value: number): string => (LEFT + ((WIDTH - LEFT - RIGHT) * value) / mostX).toFixed(1);
  const atY = (value: number): string => (HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / mostY).toFixed(1);
  const ticks = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  const text = (left: number | string, top: number | string, content: string, more = ''): string => `<text x="${left}" y="${top}"${more}>${content}</text>`;
  const grid = ticks.map((share) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(share * mostY)}" y2="${atY(share * mostY)}" stroke="#ddd"/>${text(LEFT - 6, Number(atY(share * mostY)) + 4, String(Math.round(share * mostY)), ' text-anchor="end"')}${text(atX(share * mostX), HEIGHT - BOTTOM + 16, String(Math.round(share * mostX)), ' text-anchor="middle"')}`);
  const drawn = lines.map(({ name, color, points }, index) => {
    const last = points.at(-1);
    const label = text(WIDTH - RIGHT + 12, TOP + 14 + index * 20, name, ` fill="${color}"`);
    return last === undefined ? '' : `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.map((point) => `${atX(point.x)},${atY(point.y)}`).join(' ')}"/>${label}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#444">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text(LEFT, 20, title, ' font-size="14"')}
${grid.join('\n')}
${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x, ' text-anchor="middle"')}
${text(LEFT, TOP - 4, y, ' text-anchor="end"')}
${drawn.join('\n')}
</svg>
`;
}

/** Up to a number that divides well. */
function round(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return Math.ceil(most / unit) * unit;
}
