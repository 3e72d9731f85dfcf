// In which order numbers ascend; equal ones stay as they were.

/** Indices by ascending rank. Ranks are whole numbers of 0 or more. */
export function ascending(rank: Float64Array): Uint32Array<ArrayBuffer> {
  const { length } = rank;
  const order = new Uint32Array(length);
  let most = 0;
  for (let i = 0; i < length; i++) most = Math.max(most, rank[i] ?? 0);
  if ((most + 1) * length > Number.MAX_SAFE_INTEGER) return order.map((_, i) => i).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
  // Numbers that hold their index sort without a function to compare them, many times faster.
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) keys[i] = (rank[i] ?? 0) * length + i;
  keys.sort();
  for (let i = 0; i < length; i++) order[i] = (keys[i] ?? 0) % length;
  return order;
}
