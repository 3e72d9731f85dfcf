// Where instances were created: of a sample, of those that are alive, and the class works on as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';
import { systemClock } from '#sampler/clock.js';
import { followCreations } from '#sampler/memory/creations.js';
import { createSampler } from 'liveprofiler-sampler';
import type { Numbers } from 'liveprofiler-sampler/wire';
import { allWindows, askWire, costOf, SECRET } from '../ask.ts';
import { spinFor } from '../spin.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

type Told = Parameters<Parameters<typeof followCreations>[0]['told']>[0];

class Session {
  static readonly #made: Session[] = [];
  static readonly limit = 3;
  readonly id: number;
  readonly madeBy: unknown;

  constructor(id = 0) {
    if (id < 0) throw new RangeError('no such session');
    this.id = id;
    this.madeBy = new.target;
  }

  static of<T>(this: new (id: number) => T, id: number): T {
    return new this(id);
  }

  static get held(): number {
    return Session.#made.length;
  }
}

/** With a clock that stands still, unless one is told, and a sample as it is told. */
function follow(every: number, random: () => number = Math.random, monotonicUs: () => number = () => 0) {
  const windows: Told[] = [];
  const notes: Record<string, number> = {};
  const clock = { wallMs: () => 0, monotonicUs, after: () => () => undefined };
  const creations = followCreations({ clock, note: (name, value) => { notes[name] = value; }, told: (window) => { windows.push(window); }, random });
  const Tracked = creations.follow(Session, 'Session', every);
  creations.start();
  return {
    creations,
    Tracked,
    notes,
    /** Of all stacks. */
    tell: () => {
      creations.tell();
      const { body, startUs, endUs } = windows.at(-1) ?? assert.fail('nothing was told');
      return { body, startUs, endUs, count: sum(body.count), weight: sum(body.weight), creators: [...body.stack].map((stack) => body.frames[body.frame[stack] ?? 0]?.name) };
    },
  };
}

function settings() {
  return { prepareStackTrace: Reflect.get(Error, 'prepareStackTrace') as unknown, stackTraceLimit: Error.stackTraceLimit };
}

function sum(column: Iterable<number>): number {
  return [...column].reduce((whole, one) => whole + one, 0);
}

test('each stack stands for its share of all instances that are alive, and all of them carry its name', () => {
  const { Tracked, tell, notes } = follow(20);
  const login = (): Session[] => Array.from({ length: 30_000 }, () => new Tracked(1));
  const restore = (): Session[] => Array.from({ length: 10_000 }, () => new Tracked(2));
  const held = [...login(), ...restore()];
  const { body, weight, count } = tell();
  assert.equal(weight, count * 20);
  assert.ok(Math.abs(weight - held.length) < held.length / 10, `${weight} of ${held.length}`);
  assert.equal(notes['creationStacks'], count);
  assert.deepEqual([...new Set(body.labels)].map((set) => body.labelSets[set]), [{ class: 'Session' }]);
  const callers = new Map([...body.stack].map((stack, row) => [body.frames[body.frame[body.parent[body.parent[stack] ?? 0] ?? 0] ?? 0]?.name, body.weight[row] ?? 0]));
  assert.ok(Math.abs((callers.get('login') ?? 0) / (callers.get('restore') ?? 0) - 3) < 0.6, JSON.stringify([...callers]));
});

test('what was collected is in no stack any more, and nothing keeps it from being collected', { timeout: 60_000 }, async () => {
  const { Tracked, tell } = follow(1);
  let held: Session[] = Array.from({ length: 100 }, () => new Tracked());
  const kept = held.slice(0, 7);
  const gone = new WeakRef(held[50] ?? assert.fail());
  assert.equal(tell().count, 100);
  held = [];
  while (tell().count > kept.length || gone.deref() !== undefined) {
    collect();
    await pause(10);
  }
  assert.equal(tell().count, kept.length);
});

test('the class that is given back is used as the one it stands for', () => {
  const { Tracked, tell } = follow(1);
  class Guest extends Tracked {
    readonly guest = true;
  }
  const [session, guest, made] = [new Tracked(4), new Guest(5), Tracked.of(6)];
  assert.equal(session.madeBy, Session);
  assert.equal(guest.madeBy, Guest);
  assert.ok(session instanceof Session && session instanceof Tracked && guest instanceof Guest && guest instanceof Tracked && guest.guest);
  assert.ok(new Session() instanceof Tracked);
  assert.equal(Object.getPrototypeOf(session), Session.prototype);
  assert.deepEqual([session.id, guest.id, made.id, Tracked.limit, Tracked.held, Tracked.name, Tracked.length], [4, 5, 6, 3, 0, 'Session', 0]);
  assert.throws(() => new Tracked(-1), RangeError);
  assert.equal(tell().count, 3);
  assert.ok(tell().creators.includes('Guest'));
});

test('without stacks that were asked for there is no other class, and a stopped sampler takes none', async () => {
  const sampler = createSampler({ secret: SECRET });
  assert.equal(sampler.track(Session), Session);
  const Tracked = sampler.track(Session, { stacks: { every: 1 } });
  assert.notEqual(Tracked, Session);
  assert.equal(sampler.track(Session, { stacks: { every: 2 } }), Tracked);
  assert.equal(sampler.track(Tracked), Tracked);
  for (const every of [0, -1, 1.5, Number.NaN, '2', undefined]) assert.throws(() => sampler.track(Session, { stacks: { every: every as number } }), { code: 'SAMPLER_TRACK', message: /whole number/ });
  await sampler.stop();
  assert.equal(createSampler({ secret: SECRET, enabled: false }).track(Session, { stacks: { every: 1 } }), Session);
  const { creations, Tracked: Stopped, tell } = follow(1);
  creations.stop();
  assert.equal(new Stopped(3).id, 3);
  assert.equal(tell().count, 0);
});

test('a thousand stacks are told apart at most, and the others are told as one', () => {
  const { Tracked, tell } = follow(1);
  const makers = Array.from({ length: 1200 }, (_, number) => (runInThisContext(`(Tracked) => function made${number}() { return new Tracked(); }`) as (Tracked: unknown) => () => Session)(Tracked));
  const held = makers.map((make) => make());
  const { body, count } = tell();
  assert.equal(count, held.length);
  assert.equal(body.stack.length, 1001);
  const most = Math.max(...body.count);
  assert.equal(most, 200);
  assert.equal(body.frames[body.frame[body.stack[body.count.indexOf(most)] ?? 0] ?? 0]?.name, '(truncated)');
});

test('instances of a class are watched up to a bound, whatever there is of others, and what is beyond is told as a number', () => {
  const { creations, Tracked, tell, notes } = follow(1);
  const held = Array.from({ length: 2503 }, () => new Tracked());
  assert.equal(tell().count, 2500);
  assert.equal(notes['creationsUnwatched'], held.length - 2500);
  const Other = creations.follow(class Other extends Session {}, 'Other', 1);
  const others = [new Other(), new Other()];
  assert.equal(tell().count, 2500 + others.length);
});

test('an instance that a constructor returns again is one', () => {
  const { creations, tell } = follow(1);
  const only = {};
  const Shared = creations.follow(function Shared() { return only; } as unknown as new () => object, 'Shared', 1);
  const held = [new Shared(), new Shared(), new Shared()];
  assert.equal(new Set(held).size, 1);
  assert.equal(tell().count, 1);
});

test('stacks take a hundredth of a second\'s time at most', () => {
  let nowUs = 0;
  const { Tracked, tell, notes } = follow(1, Math.random, () => (nowUs += 500));
  const make = (): Session[] => Array.from({ length: 100 }, () => new Tracked());
  const held = make();
  const { count } = tell();
  assert.ok(count >= 10 && count <= 25, `${count} stacks of 500 µs`);
  assert.equal(notes['creationsUnwatched'], held.length - count);
  nowUs += 1e6;
  held.push(...make());
  assert.equal(tell().count, 2 * count);
});

test('what breaks while a stack is taken does not reach the one who makes an instance', () => {
  let broken = false;
  const { Tracked, tell, notes } = follow(1, Math.random, () => (broken ? assert.fail('the clock is broken') : 0));
  broken = true;
  assert.ok(new Tracked() instanceof Session);
  broken = false;
  assert.equal(tell().count, 0);
  assert.equal(notes['creationsUnwatched'], 1);
});

test('the first window begins when the first class is followed', () => {
  let nowUs = 0;
  const windows: Told[] = [];
  const creations = followCreations({ clock: { wallMs: () => nowUs / 1000, monotonicUs: () => nowUs, after: () => () => undefined }, note: () => undefined, told: (window) => { windows.push(window); } });
  creations.start();
  nowUs = 5e6;
  creations.follow(Session, 'Session', 1);
  nowUs = 6e6;
  creations.follow(class Other extends Session {}, 'Other', 1);
  nowUs = 7e6;
  creations.tell();
  assert.deepEqual(windows.map(({ startUs, startWallMs, endUs }) => [startUs, startWallMs, endUs]), [[5e6, 5000, 7e6]]);
});

test('what the service makes of stacks is neither used nor changed', () => {
  const { Tracked, tell } = follow(1);
  const before = settings();
  const own = (): string => { throw new Error('asked'); };
  try {
    Object.assign(Error, { prepareStackTrace: own, stackTraceLimit: 0 });
    assert.ok(new Tracked() instanceof Session);
    assert.deepEqual(settings(), { prepareStackTrace: own, stackTraceLimit: 0 });
  } finally {
    Object.assign(Error, before);
  }
  assert.deepEqual(tell().creators.length, 1);
  assert.notEqual(tell().creators[0], '(truncated)');
});

test('who is cut short while a stack is taken has stacks as before all the same', () => {
  const { Tracked } = follow(1);
  const before = settings();
  const own = (error: Error, calls: readonly NodeJS.CallSite[]): string => `${error.message} of ${calls.length > 0 ? 'ours' : 'nobody'}`;
  for (const prepareStackTrace of [before.prepareStackTrace, own]) {
    const cut = { short: false };
    try {
      Object.assign(Error, { prepareStackTrace });
      Object.defineProperty(Error, 'stackTraceLimit', {
        configurable: true,
        get: () => before.stackTraceLimit,
        set: () => {
          if (!cut.short) {
            cut.short = true;
            spinFor(10_000);
          }
        },
      });
      while (!cut.short) assert.throws(() => runInNewContext('new Tracked()', { Tracked }, { timeout: 50 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
      Object.defineProperty(Error, 'stackTraceLimit', { value: before.stackTraceLimit, configurable: true, enumerable: true, writable: true });
      assert.match(new Error('later').stack ?? '', prepareStackTrace === own ? /^later of ours$/ : /^Error: later\n {4}at .*creations\.test/);
      assert.deepEqual(settings(), { ...before, prepareStackTrace });
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { value: before.stackTraceLimit, configurable: true, enumerable: true, writable: true });
      Object.assign(Error, before);
    }
  }
});

test('it is told over the wire, with names as elsewhere and its cost', { timeout: 60_000 }, async (t) => {
  // What a neighbour of the machine takes meanwhile is not what stacks take.
  let stillUs: number | undefined;
  const sampler = createSampler({ secret: SECRET, windowMs: 1000, memory: { everyMs: 1000, maxPauseMs: 60_000 }, clock: { ...systemClock, monotonicUs: () => stillUs ?? systemClock.monotonicUs() } });
  t.after(() => sampler.stop());
  const { port } = await sampler.listen({ port: 0 });
  const Tracked = sampler.track(Session, { stacks: { every: 1 } });
  class Shop {
    open(): Session {
      return new Tracked(1);
    }
  }
  stillUs = systemClock.monotonicUs();
  const held = Array.from({ length: 10 }, () => new Shop().open());
  stillUs = undefined;
  const told = async () => (await askWire(port)).processes.flatMap(({ windows, frames, stacks, labelSets }) => windows.filter(({ kind, rows }) => kind === 'instances' && rows.stack.length > 0).map(({ rows }) => ({ rows, labelSets, creator: frames[stacks.frame[rows.stack[0] ?? 0] ?? 0] })))[0];
  const nameOf = (found: Awaited<ReturnType<typeof told>>): string | undefined => found?.creator?.original?.name ?? found?.creator?.name;
  let first = await told();
  // Frames are named beside the answers: on a busy machine an answer comes first.
  for (; nameOf(first) !== 'Shop.open'; first = await told()) await pause(100);
  assert.ok(first !== undefined);
  const { rows, labelSets, creator } = first;
  assert.deepEqual([rows.count[0], rows.weight[0], labelSets[rows.labels[0] ?? 0]], [held.length, held.length, { class: 'Session' }]);
  assert.match(creator?.original?.url ?? creator?.url ?? '', /creations\.test\.[tj]s$/);
  let numbers: Numbers = {};
  while (numbers['creationStackUs'] === undefined) {
    await pause(100);
    numbers = Object.assign({}, ...(await allWindows(port)).map(({ sections }) => sections?.['facts'] as Numbers | undefined)) as Numbers;
  }
  assert.ok(((await costOf(port)).memory?.totalPauseUs ?? 0) > 0);
});
