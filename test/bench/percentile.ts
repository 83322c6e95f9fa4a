// One figure of many: what so large a share of the times stays within.

/** The time at `share` (0.95: all but the slowest twentieth) of `times`; 0 where there are none. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
