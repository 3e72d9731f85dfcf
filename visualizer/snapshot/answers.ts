// What an analysis answers: types only, shared by the process that analyses, the command, the server and the page.

/** Sizes are bytes. */
export interface SnapshotSummary {
  readonly objects: number;
  readonly references: number;
  readonly classes: number;
  readonly bytes: number;
  /** Of the file. */
  readonly fileBytes: number;
}

export interface ClassRow {
  readonly name: string;
  readonly count: number;
  readonly shallow: number;
  /** What would be free if all of them were gone; what they keep of each other counts once. */
  readonly retained: number;
}

export interface ObjectRow {
  /** V8's own number of it. */
  readonly id: number;
  readonly className: string;
  /** V8's kind: object, closure, string, array, … */
  readonly type: string;
  /** Of a text, a number and the like: cut, and hidden where it looks like a secret. */
  readonly value?: string;
  readonly shallow: number;
  readonly retained: number;
}

/** How one object refers to another. */
export interface Reference {
  /** V8's kind: property, element, context, internal, hidden, weak, shortcut. */
  readonly type: string;
  readonly name: string;
}

export interface Step {
  /** From the step before; none at the start. */
  readonly by?: Reference;
  readonly object: ObjectRow;
}

/** From what the program or Node.js holds on to, down to the object. */
export type RetainingPath = readonly Step[];

/** Objects that are kept in the same way: over the same classes by the same names; elements of a list are one name. */
export interface PathGroup {
  readonly count: number;
  readonly shallow: number;
  readonly retained: number;
  /** Of the largest of them. */
  readonly path: RetainingPath;
}

export interface Holder {
  readonly object: ObjectRow;
  readonly path: RetainingPath;
  /** What it alone keeps directly, by class, the largest first. */
  readonly holds: readonly { readonly className: string; readonly count: number; readonly retained: number }[];
}

export interface Neighbour {
  readonly by: Reference;
  readonly object: ObjectRow;
}

export interface ObjectView {
  readonly object: ObjectRow;
  readonly path: RetainingPath;
  /** Who refers to it, the nearest to the root first. */
  readonly retainers: readonly Neighbour[];
  readonly retainerCount: number;
  /** What it refers to, in V8's order. */
  readonly referents: readonly Neighbour[];
  readonly referentCount: number;
}

export interface ClassView {
  readonly row: ClassRow;
  readonly paths: readonly PathGroup[];
  /** The largest by retained size. */
  readonly objects: readonly ObjectRow[];
}

export interface Progress {
  readonly phase: 'reading' | 'references' | 'dominators' | 'sizes' | 'paths';
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

/** Rows are cut to what is asked; counts are of all. */
export interface SnapshotAnalysis {
  summary(): SnapshotSummary;
  /** All of them, by retained size. */
  classes(): readonly ClassRow[];
  /** What keeps the most, and hands none of it down to a single other. */
  holders(most: number): readonly Holder[];
  /** @throws SnapshotError SNAPSHOT_NO_OBJECT */
  ofClass(name: string, most: number): ClassView;
  /** @throws SnapshotError SNAPSHOT_NO_OBJECT */
  object(id: number, most: number): ObjectView;
}

/** A snapshot at hand. */
export interface SnapshotFile {
  readonly name: string;
  readonly bytes: number;
  readonly takenMs: number;
}

/** What is going on, for everybody who looks. */
export interface SnapshotWork {
  readonly doing: 'taking' | 'analysing';
  /** Of the snapshot; of the host while one is taken. */
  readonly name: string;
  readonly phase: Progress['phase'] | 'waiting' | 'receiving';
  /** 0 to 1; absent while nobody can tell. */
  readonly share?: number;
}

/** `GET /api/snapshots` */
export interface SnapshotsAnswer {
  readonly snapshots: readonly SnapshotFile[];
  /** Hosts whose heap may be asked for. */
  readonly hosts: readonly string[];
  readonly working?: SnapshotWork;
  /** Why the last one that was to be taken was not. */
  readonly failed?: string;
}

/** `GET /api/snapshots/expected?host=`: what taking one will cost the host. */
export interface ExpectedAnswer {
  readonly host: string;
  readonly heapBytes: number;
  /** For which the host stands still. */
  readonly pauseMs: number;
}

/** `GET /api/snapshots/classes?snapshot=&limit=` */
export interface ClassesAnswer {
  readonly summary: SnapshotSummary;
  readonly classes: readonly ClassRow[];
  readonly holders: readonly Holder[];
}
