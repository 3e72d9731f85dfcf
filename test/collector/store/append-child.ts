// Appends windows of four samples one after the other and tells each that was acknowledged, until it is killed.
import { openStore } from '../../../collector/store/index.ts';
import { windowOf } from '../../windows.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const store = await openStore({ path });
for (let seq = Number(first); ; seq++) {
  const memory = { cursor: String(seq), clocks: {}, ancestorSeq: seq };
  await store.append([windowOf({ seq, startMs: 1_700_000_000_000 + seq * 10_000, stacks: `a;b${seq % 50} 3\na 1` })], new Map([['web', memory]]));
  process.send?.(seq);
}
