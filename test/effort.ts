/** True under `npm run test:long`: tests then take their full length instead of a short seeded one. */
export const long: boolean = process.env['LIVEPROFILER_TEST_LONG'] === '1';

/** The short figure under `npm test`, the full one under `npm run test:long`. */
export function effort(short: number, full: number): number {
  return long ? full : short;
}
