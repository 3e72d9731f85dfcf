// The largest of many without sorting them all: a heap of as many as are wanted, its least on top. Pure.

/** Numbers of the `most` largest by weight, then by count, the first ones in a tie; largest first. Number 0 is left out. */
export function largest(weight: Float64Array, count: Float64Array, most: number): number[] {
  const heap: number[] = [];
  const before = (a: number, b: number): boolean => {
    // Asked of every number: a pair of differences would be an array each time.
    const byWeight = (weight[a] ?? 0) - (weight[b] ?? 0);
    const by = byWeight === 0 ? (count[a] ?? 0) - (count[b] ?? 0) : byWeight;
    return by > 0 || (by === 0 && a < b);
  };
  for (let id = 1; id < weight.length; id++) {
    if (heap.length < most) {
      heap.push(id);
      rise(heap, before);
    } else if (before(id, heap[0] ?? 0)) {
      heap[0] = id;
      sink(heap, before);
    }
  }
  return heap.sort((a, b) => (before(a, b) ? -1 : 1));
}

type Before = (a: number, b: number) => boolean;

function rise(heap: number[], before: Before): void {
  for (let at = heap.length - 1; at > 0; ) {
    const up = (at - 1) >> 1;
    if (!before(heap[up] ?? 0, heap[at] ?? 0)) return;
    swap(heap, at, up);
    at = up;
  }
}

function sink(heap: number[], before: Before): void {
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (left < heap.length && before(heap[least] ?? 0, heap[left] ?? 0)) least = left;
    if (right < heap.length && before(heap[least] ?? 0, heap[right] ?? 0)) least = right;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
}

function swap(heap: number[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] ?? 0, heap[a] ?? 0];
}
