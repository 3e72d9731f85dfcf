// Text for a terminal: columns, and names from hosts that steer nothing.

/** Control characters, and what hides text or turns it around. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function fit(text: string): string {
  return text.replace(UNFIT, '\ufffd');
}

/** The last column stays as wide as its text; the others are set to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const fitting = rows.map((row) => row.map(fit));
  const widths = (fitting[0] ?? []).map((_, column) => Math.max(...fitting.map((row) => (row[column] ?? '').length)));
  return fitting.map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0))).join('  ')}\n`).join('');
}

/** A function and its place. */
export function placed({ name, url, line }: { readonly name: string; readonly url: string; readonly line: number }): string {
  return url === '' ? name : `${name}  ${url}${line > 0 ? `:${line}` : ''}`;
}
