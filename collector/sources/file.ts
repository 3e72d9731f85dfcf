// Hosts named in a file, which is read again and again: watching would miss it on network file systems and behind links
// that are turned. Invariant: a file that does not read takes nothing away.
import { readTextLater, whyUnreadable } from '../config/files.ts';
import { sharing } from '../target.ts';
import type { FileSource } from '../target.ts';
import { readHostList } from './host-list.ts';
import type { Found, Look } from './look.ts';
import { cutTrouble } from './look.ts';

export function createFileLook(source: FileSource): Look {
  const { name, path } = source;
  let known: string | undefined;
  let last: Found = {};

  return async () => {
    try {
      const text = await readTextLater(path);
      if (text === known) return last;
      known = text;
      const { hosts, count, faults: [fault, ...more] } = readHostList(text);
      last = fault === undefined
        ? { targets: hosts.map((host) => ({ ...host, ...sharing(source, host.labels) })), trouble: cutTrouble(name, count) }
        : { trouble: { code: 'content', sentence: `${name}: ${fault}${more.length === 0 ? '' : ` There ${more.length === 1 ? 'is 1 more fault' : `are ${more.length} more faults`}.`} Its hosts stay as they were last known.` } };
      return last;
    } catch (error) {
      known = undefined;
      return { trouble: { code: 'unreadable', sentence: `${name}: ${whyUnreadable(error)} Its hosts stay as they were last known.` } };
    }
  };
}
