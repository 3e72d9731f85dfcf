// Programs that know what they did: each part's time is taken inside it, so that neighbours on the machine who make a
// part last longer are no error of the sampler's.
import { pbkdf2Sync } from 'node:crypto';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Milliseconds that each part took, by the name of its function. */
export type Spent = Map<string, number>;

export type ProgramName = 'functions' | 'async functions' | 'generators' | 'recursion' | 'native calls' | 'garbage' | 'blocked for 5 s' | 'idle' | 'in step';

/** Does not fit any sampling interval that is measured. */
const CYCLE_MS = 23.7;
const DEPTH = 500;
const BLOCKED_MS = 5000;
const STEP_MS = 10;
const TEXT = JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ id: i, name: `name ${i}` })));

/** Runs until `untilMs` of `performance.now()`. */
export const PROGRAMS: Readonly<Record<ProgramName, (untilMs: number, spent: Spent) => Promise<void>>> = {
  functions: (untilMs, spent) => inTurn(untilMs, () => { mostOfIt(spent); someOfIt(spent); littleOfIt(spent); }),
  'async functions': (untilMs, spent) => inTurn(untilMs, () => Promise.all([asyncMost(spent), asyncSome(spent)])),
  generators: (untilMs, spent) => inTurn(untilMs, () => { for (const part of [generatorMost(spent), generatorSome(spent)]) Array.from(part); }),
  recursion: (untilMs, spent) => inTurn(untilMs, () => { down(DEPTH, () => { leafMost(spent); }); down(DEPTH, () => { leafSome(spent); }); }),
  'native calls': (untilMs, spent) => inTurn(untilMs, () => { parses(spent); hashes(spent); packs(spent); }),
  garbage: (untilMs, spent) => inTurn(untilMs, () => { allocates(spent); computes(spent); }),
  async 'blocked for 5 s'(untilMs, spent) {
    while (performance.now() < untilMs) {
      blocks(spent);
      await waits(spent);
    }
  },
  async idle(untilMs, spent) {
    const startMs = performance.now();
    await pause(untilMs - startMs);
    add(spent, '(idle)', performance.now() - startMs);
  },
  async 'in step'(untilMs, spent) {
    const startMs = performance.now();
    for (let cycle = 0; performance.now() < untilMs; cycle++) {
      const cycleMs = startMs + cycle * STEP_MS;
      stepMost(spent, cycleMs + STEP_MS * 0.7);
      stepSome(spent, cycleMs + STEP_MS * 0.9);
      stepLittle(spent, cycleMs + STEP_MS);
      if (cycle % 20 === 0) await turn();
    }
  },
};

function mostOfIt(spent: Spent): void { spin('mostOfIt', CYCLE_MS * 0.7, spent); }
function someOfIt(spent: Spent): void { spin('someOfIt', CYCLE_MS * 0.2, spent); }
function littleOfIt(spent: Spent): void { spin('littleOfIt', CYCLE_MS * 0.1, spent); }

async function asyncMost(spent: Spent): Promise<void> {
  for (let step = 0; step < 3; step++) {
    spin('asyncMost', CYCLE_MS * 0.25, spent);
    await turn();
  }
}

async function asyncSome(spent: Spent): Promise<void> {
  for (let step = 0; step < 3; step++) {
    spin('asyncSome', CYCLE_MS * 0.08, spent);
    await Promise.resolve();
  }
}

function* generatorMost(spent: Spent): Generator<number> {
  for (let step = 0; step < 4; step++) {
    spin('generatorMost', CYCLE_MS * 0.2, spent);
    yield step;
  }
}

function* generatorSome(spent: Spent): Generator<number> {
  for (let step = 0; step < 4; step++) {
    spin('generatorSome', CYCLE_MS * 0.05, spent);
    yield step;
  }
}

function down(depth: number, leaf: () => void): void {
  if (depth === 0) leaf();
  else down(depth - 1, leaf);
}

function leafMost(spent: Spent): void { spin('leafMost', CYCLE_MS * 0.75, spent); }
function leafSome(spent: Spent): void { spin('leafSome', CYCLE_MS * 0.25, spent); }

function parses(spent: Spent): void { timed('parses', spent, () => { for (let times = 0; times < 20; times++) JSON.parse(TEXT); }); }
function hashes(spent: Spent): void { timed('hashes', spent, () => pbkdf2Sync('password', 'salt', 20_000, 32, 'sha256')); }
function packs(spent: Spent): void { timed('packs', spent, () => gzipSync(TEXT)); }

const kept: unknown[] = [];
function allocates(spent: Spent): void {
  timed('allocates', spent, () => {
    for (let times = 0; times < 40; times++) kept.push(Array.from({ length: 2000 }, (_, i) => ({ i, times })));
    if (kept.length > 400) kept.length = 0;
  });
}
/** Without a single allocation, so that no collection falls into it. */
function computes(spent: Spent): void {
  timed('computes', spent, () => {
    let x = 1;
    for (let step = 0; step < 5_000_000; step++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
    return x;
  });
}

function blocks(spent: Spent): void { spin('blocks', BLOCKED_MS, spent); }
async function waits(spent: Spent): Promise<void> {
  const startMs = performance.now();
  await pause(BLOCKED_MS / 4);
  add(spent, '(idle)', performance.now() - startMs);
}

function stepMost(spent: Spent, untilMs: number): void { spinUntil('stepMost', untilMs, spent); }
function stepSome(spent: Spent, untilMs: number): void { spinUntil('stepSome', untilMs, spent); }
function stepLittle(spent: Spent, untilMs: number): void { spinUntil('stepLittle', untilMs, spent); }

async function inTurn(untilMs: number, once: () => unknown): Promise<void> {
  while (performance.now() < untilMs) {
    await once();
    await turn();
  }
}

function spin(name: string, ms: number, spent: Spent): void {
  spinUntil(name, performance.now() + ms, spent);
}

function spinUntil(name: string, untilMs: number, spent: Spent): void {
  timed(name, spent, () => {
    let x = 1;
    while (performance.now() < untilMs) x = Math.sqrt(x + 1);
    return x;
  });
}

function timed(name: string, spent: Spent, work: () => unknown): void {
  const startMs = performance.now();
  work();
  add(spent, name, performance.now() - startMs);
}

function add(spent: Spent, name: string, ms: number): void {
  spent.set(name, (spent.get(name) ?? 0) + ms);
}
