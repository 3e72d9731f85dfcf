// Does all that a store does to its disk at once (append, roll up, seal, prune), telling what was acknowledged, until it
// is killed. One window of 10 s per host and turn; its count says which turn it was.
import { openStore } from '../../../collector/store/index.ts';
import { windowOf } from '../../windows.ts';
import { HOSTS, RETENTION, START_MS } from './upkeep-plan.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const store = await openStore({ path, retention: RETENTION });
let nowMs = START_MS + Number(first) * 10_000;
void tidy();
for (let seq = Number(first); ; seq++) {
  nowMs = START_MS + (seq + 1) * 10_000;
  await Promise.all(HOSTS.map((host) => store.append([windowOf({ host, boot: `${host}-boot`, seq, startMs: START_MS + seq * 10_000, stacks: `a;b${seq % 17} 3\na 1` })], new Map([[host, { cursor: String(seq), clocks: {}, ancestorSeq: seq }]]))));
  process.send?.(seq);
}

async function tidy(): Promise<void> {
  for (;;) {
    await store.rollUp(nowMs);
    await store.prune(nowMs);
    await new Promise(setImmediate);
  }
}
