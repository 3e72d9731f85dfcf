// What is taken away, put together: asked of the store, encoded, and given a file name that any system takes.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Range, StoreReader } from '../../collector/store/contract.ts';
import type { Selection } from '../selection.ts';
import { selectorOf, titleOf } from '../selection.ts';
import { HttpError } from '../http-error.ts';
import { inBytes, inTime } from '../view/kinds.ts';
import type { Format } from '../view/take.ts';
import { fits } from '../view/take.ts';
import { cpuprofile } from './cpuprofile.ts';
import { folded } from './folded.ts';
import { heapprofile } from './heapprofile.ts';
import { pprof } from './pprof.ts';
import { speedscope } from './speedscope.ts';
import { svg } from './svg.ts';
import type { Taken } from './walk.ts';
import { withIdle } from './walk.ts';

export interface ExportOptions {
  readonly format: Format;
  readonly weight: Taken['weight'];
  readonly idle: boolean;
}

export interface ExportAnswer {
  readonly fileName: string;
  readonly type: string;
  readonly body: string | Uint8Array;
}

interface Encoder {
  readonly ending: string;
  readonly type: string;
  readonly encode: (taken: Taken) => string | Promise<Uint8Array>;
  /** Nodes; without it, all there are. */
  readonly limit?: number;
  readonly withLines?: boolean;
}

const zip = promisify(gzip);
/** A picture of more has no room for them. */
const SVG_LIMIT = 10_000;
const LONGEST_NAME = 80;

const ENCODERS: Readonly<Record<Format, Encoder>> = {
  pprof: { ending: 'pb.gz', type: 'application/octet-stream', encode: (taken) => zip(pprof(taken)) },
  speedscope: { ending: 'speedscope.json', type: 'application/json', encode: speedscope },
  folded: { ending: 'folded.txt', type: 'text/plain; charset=utf-8', encode: folded },
  cpuprofile: { ending: 'cpuprofile', type: 'application/json', encode: cpuprofile, withLines: true },
  heapprofile: { ending: 'heapprofile', type: 'application/json', encode: heapprofile },
  svg: { ending: 'svg', type: 'image/svg+xml', encode: svg, limit: SVG_LIMIT },
};

export async function exportOf(store: StoreReader, selection: Selection, asked: Range, { format, weight, idle: withIdleTime }: ExportOptions): Promise<ExportAnswer> {
  const { kind } = selection;
  if (!fits(format, kind)) throw new HttpError(400, 'BAD_QUERY', `format=${format} has no room for kind=${kind}: take ${inBytes(kind) ? 'heapprofile' : inTime(kind) ? 'cpuprofile' : 'pprof'} instead.`);
  const { ending, type, encode, limit, withLines = false } = ENCODERS[format];
  const selector = selectorOf(selection);
  const [{ tree, idle, covered }, lines] = await Promise.all([store.query(selector, asked, limit === undefined ? {} : { limit }), withLines ? store.lines(selector, asked) : undefined]);
  const range = covered ?? asked;
  const name = titleOf(selection);
  const body = await encode({ name, kind, range, tree: withIdleTime ? withIdle(tree, idle) : tree, weight, lines });
  return { fileName: `${fileName(name, range)}.${ending}`, type, body };
}

/** Letters, digits, dots and dashes alone: what a host or a label is called chooses nothing on a disk. */
function fileName(name: string, { fromMs, untilMs }: Range): string {
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '').slice(0, LONGEST_NAME);
  return ['liveprofiler', plain, stamp(fromMs), stamp(untilMs)].filter((part) => part !== '').join('_');
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '');
}
