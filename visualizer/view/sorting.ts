// What a table is sorted by, and which way; the second click on a column turns it round. Pure.

export interface Sorting<K extends string> {
  readonly order: K;
  /** The other way than the column is sorted at first. */
  readonly turned: boolean;
}

/** What a click on a column's head makes of it. */
export function clicked<K extends string>({ order: before, turned }: Sorting<K>, order: K): Sorting<K> {
  return { order, turned: before === order && !turned };
}

/** Names are sorted from A to Z at first, numbers from the largest down. */
export function directionOf({ order, turned }: Sorting<string>): 'ascending' | 'descending' {
  return (order === 'name') === turned ? 'descending' : 'ascending';
}

/** 1, or -1 for what is turned round: a factor of comparisons. */
export function sense({ turned }: Pick<Sorting<string>, 'turned'>): 1 | -1 {
  return turned ? -1 : 1;
}
