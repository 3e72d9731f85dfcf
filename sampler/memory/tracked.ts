// What a service asks of the classes whose instances are told.

/** Whatever `new` makes instances of. */
export type Tracked = abstract new (...args: never[]) => unknown;

export interface TrackOptions {
  /** Takes the stack of one construction in `every`, on average. Nothing is taken when left out. */
  readonly stacks?: { readonly every: number };
}
