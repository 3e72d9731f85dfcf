// A process that takes its time to end, as one that stores for long does.
import { untilSignal } from '../../cli/signals.ts';

setInterval(() => undefined, 60_000);
const ending = untilSignal();
process.stdout.write('ready\n');
await ending;
