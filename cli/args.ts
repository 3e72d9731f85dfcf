// What several commands do with their arguments.

/** `--from -2h` is a date in the past, not an option without its value. */
export function withDates(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (before === '--from' || before === '--until') joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}
