// Opens a store and tells when it begins to and when it has, until it is killed.
import { openStore } from '../../../collector/store/index.ts';

process.send?.('opening');
await openStore({ path: process.argv[2] ?? '' });
process.send?.('open');
setInterval(() => undefined, 60_000);
