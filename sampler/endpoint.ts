// Answers GET and HEAD on the sampler's path for whoever brings the secret. Never throws into the request path.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip } from './accepts.ts';
import { advance, parseCursor, seenOf } from './cursor.ts';
import { ancestorJson } from './formats/ancestor-json.ts';
import { cpuprofile } from './formats/cpuprofile.ts';
import { folded } from './formats/folded.ts';
import { pprof } from './formats/pprof.ts';
import type { Clock } from './clock.ts';
import type { ProcessState } from './process-state.ts';
import type { Frame } from './profile.ts';
import { ownWindows } from './own-windows.ts';
import { inTurns } from './pieces.ts';
import type { Endpoint, Request, Response } from './http.ts';
import { pathOf, queryOf } from './http.ts';
import type { Headers } from './secret.ts';
import { MAX_CURSOR_LENGTH, WIRE_VERSION } from './wire-read.ts';
import type { WireAnswer } from './wire.ts';
import { withNames, wireProcess } from './wire-process.ts';
import type { Address } from './spool/spool.ts';
import type { FinishedWindow } from './window.ts';

interface Reply {
  readonly status: number;
  readonly type: string;
  /** Whole, or in pieces that are made while the service goes on. */
  readonly body: string | Iterable<string | Uint8Array>;
  /** The format itself is gzip, whoever asks. */
  readonly zipped?: boolean;
}

/** Windows of about this much memory go into one answer, so that writing it pauses the service for a moment only. */
const ANSWER_BYTES = 512 * 1024;
/** Others' windows are text already, and only passed on. */
const OTHERS_BYTES = 2 * 1024 * 1024;
/** How long an answer waits for frames to be named; one that comes too early tells V8's own names. */
const NAMING_MS = 1500;
/** Where Go services answer, and where those who read them look. */
const PPROF_PATH = '/debug/pprof/profile';
const PPROF_SECONDS = { usual: 30, most: 86_400 };
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export function createEndpoint(state: ProcessState, path: string, clock: Clock, mayRead: (headers: Headers) => boolean): Endpoint {
  let ancestorSeq = 0;

  async function reply(query: URLSearchParams, head: boolean, address: Address): Promise<Reply> {
    const fault = faultOf(query);
    if (fault !== undefined) return { status: 400, type: TEXT_TYPE, body: `${fault}\n` };
    const after = query.get('after');
    if (after !== null) return { status: 200, type: JSON_TYPE, body: await wireAnswer(after, head, address) };
    const format = query.get('format');
    if (format === 'folded') return { status: 200, type: TEXT_TYPE, body: folded(originals(ofCpu(state.shelf.peek(0)))) };
    if (format === 'cpuprofile') return { status: 200, type: JSON_TYPE, body: cpuprofile(originals(ofCpu(state.shelf.peek(0)))) };
    return { status: 200, type: JSON_TYPE, body: ancestorAnswer(head) };
  }

  function pprofReply(query: URLSearchParams): Reply {
    const given = query.get('seconds') ?? String(PPROF_SECONDS.usual);
    const seconds = /^\d{1,5}$/.test(given) ? Number(given) : 0;
    if (seconds < 1 || seconds > PPROF_SECONDS.most) return { status: 400, type: TEXT_TYPE, body: `seconds= takes a whole number from 1 to ${PPROF_SECONDS.most}.\n` };
    const sinceUs = clock.monotonicUs() - seconds * 1e6;
    const windows = originals(ofCpu(state.shelf.peek(0)).filter(({ endUs }) => endUs > sinceUs));
    return { status: 200, type: 'application/octet-stream', body: pprof(windows, state.intervalUs), zipped: true };
  }

  function ancestorAnswer(head: boolean): Reply['body'] {
    const windows = head ? state.shelf.peek(ancestorSeq) : state.shelf.send({ seq: ancestorSeq, holes: [] }).windows;
    if (windows.length === 0 && state.state().state !== 'running') return '{}';
    if (!head) ancestorSeq = windows.at(-1)?.lastSeq ?? ancestorSeq;
    return ancestorJson(originals(ofCpu(windows)), state.intervalUs);
  }

  async function wireAnswer(after: string, head: boolean, address: Address): Promise<string> {
    const cursor = parseCursor(after) ?? new Map<string, never>();
    const before = seenOf(cursor, state.boot);
    // Who asks for the head alone has read nothing.
    const { windows, records, seen, more } = head ? { windows: [], records: [], seen: before, more: false } : await ownWindows(state.shelf, state.spool, before, ANSWER_BYTES);
    const own = wireProcess(state, windows);
    const others = head || more ? undefined : await state.spool?.others(address, (boot) => seenOf(cursor, boot), OTHERS_BYTES).catch(() => undefined);
    const wallMs = clock.wallMs();
    const answer: Omit<WireAnswer, 'processes'> = {
      liveprofiler: WIRE_VERSION,
      wallMs,
      monotonicUs: clock.monotonicUs(),
      cursor: advance(cursor, [[state.boot, seen], ...(others?.seen ?? [])], wallMs),
      more: more || others?.more === true,
    };
    // Others' records are JSON already.
    return `${JSON.stringify(answer).slice(0, -1)},"processes":[${[JSON.stringify(own), ...records, ...(others?.records ?? [])].join()}]}`;
  }

  /** For people, who know what they wrote. */
  function originals(windows: readonly FinishedWindow[]): FinishedWindow[] {
    const originalOf = (frame: Frame): Frame => {
      const shown = state.names.shown(frame);
      return shown.original ?? shown;
    };
    return withNames(windows, originalOf, state.names.shownLine);
  }

  return {
    concerns: (request) => [path, PPROF_PATH].includes(pathOf(request)),
    takes: (request) => pathOf(request) === path || (pathOf(request) === PPROF_PATH && mayRead(request.headers)),
    answer(request, response) {
      try {
        if (!mayRead(request.headers)) {
          send(response, request, { status: 403, type: '', body: '' });
          return;
        }
        const query = queryOf(request);
        const head = request.method === 'HEAD';
        const named = Promise.resolve(state.names.settled(NAMING_MS));
        named.then(() => (pathOf(request) === path ? reply(query, head, addressOf(request)) : pprofReply(query)))
          .then((replied) => { send(response, request, replied); })
          .catch((error: unknown) => { fail(response, error); });
      } catch (error) {
        fail(response, error);
      }
    },
  };
}

/** The formats of other tools know no other kind. */
function ofCpu(windows: readonly FinishedWindow[]): FinishedWindow[] {
  return windows.filter(({ kind }) => kind === 'cpu');
}

/** How it is asked: one name can stand for processes at several addresses of one machine. Those of loopback are one. */
function addressOf({ headers, socket }: Request): Address {
  const at = socket?.localAddress?.replace(/^::ffff:/, '') ?? '';
  return { host: `${String(headers['host'] ?? '')}${at === '::1' || at.startsWith('127.') ? '' : ` ${at}`}`, port: socket?.localPort };
}

function faultOf(query: URLSearchParams): string | undefined {
  for (const key of ['after', 'format']) if (query.getAll(key).length > 1) return `The query names ${key} more than once.`;
  const [after, format] = [query.get('after'), query.get('format')];
  if (after !== null && format !== null) return 'The query names both after and format; ask for one of them.';
  if (after !== null && parseCursor(after) === undefined) {
    return `after= takes the cursor of an earlier answer (at most ${MAX_CURSOR_LENGTH} characters), or nothing.`;
  }
  if (format !== null && format !== 'folded' && format !== 'cpuprofile') return 'format= takes folded or cpuprofile.';
  return undefined;
}

function send(response: Response, request: Request, { status, type, body, zipped }: Reply): void {
  response.statusCode = status;
  if (type !== '') response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (typeof body === 'string') deliver(response, request, status, Buffer.from(body));
  else inTurns(body).then((whole) => (zipped === true ? promisify(gzip)(whole) : whole)).then((whole) => {
    if (zipped === true) finish(response, whole, request.method === 'HEAD');
    else deliver(response, request, status, whole);
  }).catch((error: unknown) => { fail(response, error); });
}

function deliver(response: Response, request: Request, status: number, body: Buffer): void {
  const head = request.method === 'HEAD';
  if (status !== 200 || !acceptsGzip(request.headers['accept-encoding'])) {
    finish(response, body, head);
    return;
  }
  response.setHeader('vary', 'accept-encoding');
  // In libuv's pool: the event loop goes on meanwhile.
  gzip(body, { level: 6 }, (error, zipped) => {
    try {
      if (error === null) response.setHeader('content-encoding', 'gzip');
      finish(response, error === null ? zipped : body, head);
    } catch (cause) {
      fail(response, cause);
    }
  });
}

function finish(response: Response, body: Buffer, head: boolean): void {
  response.setHeader('content-length', body.byteLength);
  response.end(head ? undefined : body);
}

/** The service goes on whatever happens here: the answer says what broke, or the response is gone already. */
function fail(response: Response, error: unknown): void {
  try {
    response.statusCode = 500;
    response.end(`The sampler failed to answer: ${error instanceof Error ? error.message : String(error)}\n`);
  } catch {
    // The response has ended: there is nobody left to tell.
  }
}
