// A scripted host that speaks wire version 1: numbered windows of known content, a cursor per boot, a clock to set.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { WireAnswer, WireProcess, WireWindow } from 'liveprofiler-sampler/wire';

export interface ScriptedHost {
  readonly answer: RequestListener;
  /** The answer to `?after=`. */
  readonly tell: (after: string) => WireAnswer;
  readonly secret: string;
  boot: string;
  /** What the answers say the host's clocks say. */
  wallMs: number;
  monotonicUs: number;
  /** Windows per answer; the rest is announced by `more`. */
  perAnswer: number;
  state: WireProcess['state'];
  labels: Record<string, string>;
  lost: number;
  /** Finishes `many` windows of a second each. */
  finish(many: number): void;
  /** A restart: a new boot with nothing finished yet. */
  restart(boot: string): void;
  /** What all windows finished so far sum up to, former boots included. */
  served(): { readonly windows: number; readonly count: number; readonly weight: number };
}

const WINDOW_US = 1_000_000;

export function createScriptedHost({ secret = 'secret', boot = 'boot-1', wallMs = Date.now() }: { secret?: string; boot?: string; wallMs?: number } = {}): ScriptedHost {
  let windows: WireWindow[] = [];
  const total = { windows: 0, count: 0, weight: 0 };
  const host: ScriptedHost = {
    secret,
    boot,
    wallMs,
    monotonicUs: 1_000_000,
    perAnswer: Number.MAX_SAFE_INTEGER,
    state: 'running',
    labels: { service: 'shop', version: '1.2.3', pid: '42' },
    lost: 0,
    finish(many) {
      for (let i = 0; i < many; i++) {
        const window = windowOf(windows.length + 1, host.monotonicUs);
        windows.push(window);
        host.monotonicUs += WINDOW_US;
        host.wallMs += WINDOW_US / 1000;
        total.windows++;
        for (const column of ['count', 'weight'] as const) total[column] += window.rows[column].reduce((a, b) => a + b, 0);
      }
    },
    restart(next) {
      host.boot = next;
      windows = [];
    },
    served: () => ({ ...total }),
    answer(request, response) {
      if (request.headers['profiler_token'] !== secret && request.headers['profiler-token'] !== secret) {
        response.writeHead(403).end();
        return;
      }
      send(request, response, tell(new URL(request.url ?? '', 'http://x').searchParams.get('after') ?? ''));
    },
    tell,
  };

  function tell(cursor: string): WireAnswer {
    const [cursorBoot, seq = '0'] = cursor.split(' ');
    const after = cursorBoot === host.boot ? Number(seq) : 0;
    const finished = windows.filter(({ lastSeq }) => lastSeq > after);
    const told = finished.slice(0, host.perAnswer);
    return {
      liveprofiler: 1,
      wallMs: Math.round(host.wallMs),
      monotonicUs: host.monotonicUs,
      cursor: `${host.boot} ${told.at(-1)?.lastSeq ?? after}`,
      more: told.length < finished.length,
      processes: [processOf(host, told)],
    };
  }
  return host;
}

function windowOf(seq: number, startUs: number): WireWindow {
  const first = (seq * 7) % 50;
  const weight = [first * 10_000, WINDOW_US - first * 10_000 - 200_000];
  return {
    thread: 0,
    kind: 'cpu',
    firstSeq: seq,
    lastSeq: seq,
    startUs,
    endUs: startUs + WINDOW_US,
    idle: { count: 20, weight: 200_000 },
    dropped: { count: 0, weight: 0 },
    processCpuUs: 700_000,
    rows: { stack: [1, 2], labels: [0, 0], count: [first, 80 - first], weight },
  };
}

function processOf({ boot, state, labels, lost }: ScriptedHost, windows: WireWindow[]): WireProcess {
  return {
    boot,
    labels,
    nodeVersion: 'v20.20.2',
    state,
    ...(state === 'disabled' && { reason: 'there is no inspector' }),
    intervalUs: 10_000,
    windowMs: 1000,
    cost: { firstStartUs: 0, longestPauseUs: 0, totalPauseUs: 0, slices: 0, bytesHeld: 0, windowsMerged: 0, windowsDropped: { read: 0, unread: 0 }, lost: { count: lost, weight: lost * 10_000 }, recoveries: {} },
    kinds: { cpu: { unit: 'microseconds', over: 'sum' } },
    threads: [{ id: 0, name: 'main' }],
    frames: [{ name: 'handle', url: 'file:///app.js', line: 1, column: 1 }, { name: '<img src=x onerror=alert(1)>', url: 'file:///app.js', line: 9, column: 1 }],
    stacks: { parent: [0, 0, 1], frame: [0, 0, 1] },
    labelSets: [{}],
    windows,
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: unknown): void {
  const body = Buffer.from(JSON.stringify(answer));
  const zipped = String(request.headers['accept-encoding']).includes('gzip');
  response.writeHead(200, { 'content-type': 'application/json', ...(zipped && { 'content-encoding': 'gzip' }) });
  response.end(zipped ? gzipSync(body) : body);
}
