// What a measurement hands back, numbers as people read them, and Markdown.
export interface Figure {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Undefined where nothing was to be reached. */
  readonly met?: boolean;
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** Markdown to stand under the table: how it was measured, and what lies behind a figure. */
  readonly details: string;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function figureTable(figures: readonly Figure[]): string {
  const verdict = (met: boolean | undefined): string => (met === undefined ? '' : met ? 'yes' : '**no**');
  return table(['what', 'to reach', 'measured', 'reached'], figures.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)]));
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Three digits that mean something. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
