// How busy the chosen threads were over the range, as a row of bars; a gap is time no window covers.
import { select } from 'd3-selection';
import type { FlameAnswer } from '../api.ts';
import { clockTime, percent } from './units.ts';

const HEIGHT = 100;

export function drawStrip(place: HTMLElement, { asked, steps: { stepMs, busyUs, coveredUs } }: FlameAnswer): void {
  const steps = Math.ceil((asked.untilMs - asked.fromMs) / stepMs);
  const shares = coveredUs.map((covered, index) => (covered === 0 ? undefined : Math.min(1, (busyUs[index] ?? 0) / covered)));
  const known = shares.filter((share) => share !== undefined);
  place.hidden = steps < 2 || known.length === 0;
  if (place.hidden) return;
  const most = Math.max(...known);
  place.setAttribute('aria-label', `Busy share over the range: ${percent(Math.min(...known))} to ${percent(most)}`);
  const svg = select(place).selectAll<SVGSVGElement, null>('svg').data([null]).join('svg').attr('viewBox', `0 0 ${steps} ${HEIGHT}`).attr('preserveAspectRatio', 'none').attr('aria-hidden', 'true');
  const bars = svg.selectAll<SVGGElement, number | undefined>('g').data(shares).join((enter) => {
    const group = enter.append('g');
    group.append('rect').attr('class', 'covered').attr('width', 0.96).attr('height', HEIGHT);
    group.append('rect').attr('class', 'busy').attr('width', 0.96);
    group.append('title');
    return group;
  });
  bars.attr('transform', (_, index) => `translate(${index},0)`).attr('display', (share) => (share === undefined ? 'none' : null));
  bars.select('.busy').attr('y', (share) => HEIGHT * (1 - (share ?? 0))).attr('height', (share) => HEIGHT * (share ?? 0));
  bars.select('title').text((share, index) => `${clockTime(asked.fromMs + index * stepMs)}: ${percent(share ?? 0)} busy`);
}
