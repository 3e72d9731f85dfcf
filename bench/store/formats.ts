// The same window in the formats that others keep: pprof and folded text, gzipped, each file with its own names.
import { gzipSync } from 'node:zlib';
import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { StackProfile } from 'liveprofiler-sampler/wire';

type Paths = readonly (readonly number[])[];

export function gzippedPprof(profile: StackProfile): Buffer {
  const stringTable = new StringTable();
  const text = (value: string): number => stringTable.dedup(value);
  const functions: PprofFunction[] = [];
  const locations: Location[] = [];
  const ids = new Map<number, number>();
  const locationOf = (frame: number): number => {
    const known = ids.get(frame);
    if (known !== undefined) return known;
    const { name = '', url = '', line = 0 } = profile.frames[frame] ?? {};
    const id = functions.length + 1;
    functions.push(new PprofFunction({ id, name: text(name), systemName: text(name), filename: text(url), startLine: line }));
    locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    ids.set(frame, id);
    return id;
  };
  const { rows } = profile;
  const sample = pathsOf(profile).map((path, i) => new Sample({ locationId: [...path].reverse().map(locationOf), value: [rows.count[i] ?? 0, rows.weight[i] ?? 0] }));
  const sampleType = [new ValueType({ type: text('samples'), unit: text('count') }), new ValueType({ type: text('cpu'), unit: text('microseconds') })];
  return gzipSync(new Profile({ sampleType, sample, location: locations, function: functions, stringTable }).encode());
}

export function gzippedFolded(profile: StackProfile): Buffer {
  const label = (frame: number): string => {
    const { name = '', url = '', line = 0 } = profile.frames[frame] ?? {};
    return url === '' ? name : `${name} ${url}:${line}`;
  };
  const lines = pathsOf(profile).map((path, i) => `${path.map(label).join(';')} ${profile.rows.count[i] ?? 0}`);
  return gzipSync(lines.join('\n'));
}

/** Per row the frames, root first. */
function pathsOf({ stacks, rows }: StackProfile): Paths {
  return rows.stack.map((stack) => {
    const path: number[] = [];
    for (let up = stack; up > 0; up = stacks.parent[up] ?? 0) path.push(stacks.frame[up] ?? 0);
    return path.reverse();
  });
}
