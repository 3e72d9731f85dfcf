// pprof's protocol buffer, not yet gzipped: https://github.com/google/pprof/blob/main/proto/profile.proto. Pure.
import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { unitOf } from '../view/kinds.ts';
import type { Taken } from './walk.ts';
import { shownFrames } from './walk.ts';

/** As Go's own heap profiles name theirs. */
const VALUES: Readonly<Record<string, string>> = { 'heap-live': 'inuse_space', 'heap-alloc': 'alloc_space', instances: 'inuse_objects' };

/** Two values a sample: its count, and its weight. */
export function pprof({ name, kind, range, tree, weight }: Taken): Uint8Array {
  const stringTable = new StringTable();
  const text = (value: string): number => stringTable.dedup(value);
  const functions = shownFrames(tree).map(({ name, url, line }, index) => new PprofFunction({ id: index + 1, name: text(name), systemName: text(name), filename: text(url), startLine: line }));
  const locations = tree.frames.map(({ line, column }, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: tree.frames[index]?.original?.line ?? line, column })] }));
  const sample: Sample[] = [];
  tree.parent.forEach((_, node) => {
    const value = [tree.selfCount[node] ?? 0, tree.selfWeight[node] ?? 0];
    if (node === 0 || value.every((one) => one === 0)) return;
    const locationId: number[] = [];
    for (let up = node; up > 0; up = tree.parent[up] ?? 0) locationId.push((tree.frame[up] ?? 0) + 1);
    sample.push(new Sample({ locationId, value }));
  });
  const value = (Object.hasOwn(VALUES, kind) ? VALUES[kind] : undefined) ?? kind;
  return new Profile({
    sampleType: [new ValueType({ type: text('samples'), unit: text('count') }), new ValueType({ type: text(value), unit: text(unitOf(kind)) })],
    defaultSampleType: text(weight === 'us' ? value : 'samples'),
    sample,
    location: locations,
    function: functions,
    timeNanos: nanos(range.fromMs),
    durationNanos: nanos(range.untilMs - range.fromMs),
    comment: [text(`liveprofiler: ${name}`)],
    stringTable,
  }).encode();
}

function nanos(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n;
}
