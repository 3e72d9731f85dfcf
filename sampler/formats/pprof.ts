// pprof, as `go tool pprof`, Parca and Grafana read it: https://github.com/google/pprof/blob/main/proto/profile.proto
// In pieces, not compressed.
import type { Frame, Microseconds, Milliseconds } from '../profile.ts';
import type { FinishedWindow } from '../window.ts';

/** Fields by number, of the messages that are written. */
const PROFILE = { sampleType: 1, sample: 2, location: 4, function: 5, stringTable: 6, timeNanos: 9, durationNanos: 10, periodType: 11, period: 12 };
const SAMPLE = { locationId: 1, value: 2, label: 3 };
const AT_A_TIME = 500;

/** Idle time is left out, as everywhere where CPU is shown. */
export function* pprof(windows: readonly FinishedWindow[], intervalUs: Microseconds): Generator<Uint8Array, void> {
  const strings = new Map<string, number>([['', 0]]);
  const text = (value: string): number => {
    const known = strings.get(value);
    if (known !== undefined) return known;
    strings.set(value, strings.size);
    return strings.size - 1;
  };
  const valueType = (type: string, unit: string): Message => new Message().number(1, text(type)).number(2, text(unit));
  const head = new Message().message(PROFILE.sampleType, valueType('samples', 'count')).message(PROFILE.sampleType, valueType('cpu', 'nanoseconds'));
  const { startMs, lengthUs } = spanOf(windows);
  head.number(PROFILE.timeNanos, BigInt(Math.round(startMs)) * 1_000_000n).number(PROFILE.durationNanos, BigInt(lengthUs) * 1000n);
  head.message(PROFILE.periodType, valueType('cpu', 'nanoseconds')).number(PROFILE.period, BigInt(intervalUs) * 1000n);
  yield head.bytes();

  const locations = new Map<string, number>();
  function locationOf({ name, url, line }: Frame, out: Message): number {
    const key = `${line} ${name} ${url}`;
    const known = locations.get(key);
    if (known !== undefined) return known;
    const id = locations.size + 1;
    locations.set(key, id);
    const called = text(name === '' ? '(anonymous)' : name);
    out.message(PROFILE.function, new Message().number(1, id).number(2, called).number(3, called).number(4, text(url)).number(5, line));
    out.message(PROFILE.location, new Message().number(1, id).message(4, new Message().number(1, id).number(2, line)));
    return id;
  }

  for (const { body, threadName } of windows) {
    const thread: readonly [string, string] = ['thread', threadName];
    const labels = body.labelSets.map((set) => Object.entries({ ...set, ...Object.fromEntries([thread]) }).map(([key, value]) => new Message().number(1, text(key)).number(2, text(value))));
    for (let from = 0; from < body.stack.length; from += AT_A_TIME) {
      const out = new Message();
      body.stack.subarray(from, from + AT_A_TIME).forEach((stack, index) => {
        const row = from + index;
        const path: number[] = [];
        for (let at = stack; at > 0; at = body.parent[at] ?? 0) {
          const frame = body.frames[body.frame[at] ?? 0];
          if (frame !== undefined) path.push(locationOf(frame, out));
        }
        const values = [body.count[row] ?? 0, BigInt(body.weight[row] ?? 0) * 1000n];
        const sample = new Message().packed(SAMPLE.locationId, path).packed(SAMPLE.value, values);
        for (const label of labels[body.labels[row] ?? 0] ?? []) sample.message(SAMPLE.label, label);
        out.message(PROFILE.sample, sample);
      });
      yield out.bytes();
    }
  }
  const table = new Message();
  for (const value of strings.keys()) table.text(PROFILE.stringTable, value);
  yield table.bytes();
}

function spanOf(windows: readonly FinishedWindow[]): { readonly startMs: Milliseconds; readonly lengthUs: Microseconds } {
  if (windows.length === 0) return { startMs: 0, lengthUs: 0 };
  const startUs = windows.reduce((least, window) => Math.min(least, window.startUs), Number.POSITIVE_INFINITY);
  const endUs = windows.reduce((most, window) => Math.max(most, window.endUs), 0);
  return { startMs: windows.reduce((least, window) => Math.min(least, window.startWallMs), Number.POSITIVE_INFINITY), lengthUs: endUs - startUs };
}

/** A protobuf message as it grows: https://protobuf.dev/programming-guides/encoding/ */
class Message {
  #bytes: Buffer = Buffer.allocUnsafe(64);
  #length = 0;

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  number(field: number, value: number | bigint): this {
    return this.#varint(field * 8).#varint(value);
  }

  text(field: number, value: string): this {
    return this.#delimited(field, Buffer.from(value));
  }

  message(field: number, inner: Message): this {
    return this.#delimited(field, inner.bytes());
  }

  packed(field: number, values: readonly (number | bigint)[]): this {
    const inner = new Message();
    for (const value of values) inner.#varint(value);
    return this.#delimited(field, inner.bytes());
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#varint(field * 8 + 2).#varint(bytes.length).#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Nothing that is written is negative. */
  #varint(value: number | bigint): this {
    this.#room(10);
    if (typeof value === 'number' && value < 0x80) {
      this.#bytes[this.#length++] = value;
      return this;
    }
    let rest = BigInt(value);
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}
