// The log: JSON lines on stdout, fit for a terminal. JSON spells out the control characters below the blank; those
// above, and what hides text or turns it around, are spelled out here: hosts choose what errors quote.
import { pino } from 'pino';
import type { Logger } from 'pino';

const UNFIT = /[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu;

export function createLog(): Logger {
  const stdout = pino.destination(1);
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, {
    write(line: string) {
      stdout.write(line.replace(UNFIT, escaped));
    },
  });
}

/** As JSON may write any character, one unit of UTF-16 at a time. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
