// Bounded concurrency, first come first served, in two lanes: hosts that failed last time get at most half of the
// places, so that hosts that hang cannot hold up those that answer.
export interface Queue {
  run<T>(work: () => Promise<T>, lane: Lane): Promise<T>;
  resize(places: number): void;
}

export type Lane = 'sound' | 'suspect';

export function createQueue(size: number): Queue {
  let places = size;
  const waiting: Record<Lane, (() => void)[]> = { sound: [], suspect: [] };
  const running: Record<Lane, number> = { sound: 0, suspect: 0 };

  function next(): void {
    for (;;) {
      const lane = pick();
      const start = lane === undefined ? undefined : waiting[lane].shift();
      if (lane === undefined || start === undefined) return;
      running[lane]++;
      start();
    }
  }

  function pick(): Lane | undefined {
    if (running.sound + running.suspect >= places) return undefined;
    if (waiting.sound.length > 0) return 'sound';
    return waiting.suspect.length > 0 && running.suspect < Math.max(1, Math.floor(places / 2)) ? 'suspect' : undefined;
  }

  return {
    async run(work, lane) {
      await new Promise<void>((resolve) => {
        waiting[lane].push(resolve);
        next();
      });
      try {
        return await work();
      } finally {
        running[lane]--;
        next();
      }
    },
    resize(size) {
      places = size;
      next();
    },
  };
}
