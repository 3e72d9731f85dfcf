// What the program that opens pages and their process tell each other. Types only.

export interface PagesStart {
  readonly port: number;
  readonly host: string;
  /** What the program is called. */
  readonly program: string;
  /** Where the program will stand still; absent when it goes on. */
  readonly calledAt?: readonly string[];
  /** Address of the program's sampler. */
  readonly target: string;
  readonly secret: string;
  readonly adminSecret: string;
  /** Of the page. */
  readonly token: string;
}

export interface PagesTold {
  /** Of the page. */
  readonly url: string;
  /** The folder of heap snapshots. */
  readonly snapshots: string;
}
