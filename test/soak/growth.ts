// PURE: whether a service has grown over a long run more than it must, from what was seen of it all the time.

/** What was seen at one moment. */
export interface Sample {
  /** Megabytes. */
  readonly memory: number;
  readonly descriptors: number;
}

/** Below ten minutes the caches still fill, and one bad minute is a third of all. Seconds. */
const LONG = 600;
/** The caches and the heap of V8 come and go by tens of megabytes; what leaks for long comes to more. */
const MEMORY = 120;
/** The sessions of a few accounts come and go. */
const DESCRIPTORS = 10;

/** What has grown in a run of so many seconds, in words; nothing for a short one. */
export function grown(samples: readonly Sample[], seconds: number): string[] {
  if (seconds < LONG) return [];
  // The first fifth warms up.
  const warm = samples.slice(Math.ceil(samples.length / 5));
  const memory = medians(warm, 3, (one) => one.memory);
  const descriptors = medians(warm, 4, (one) => one.descriptors);
  const [first = 0, last = 0] = [memory[0], memory.at(-1)];
  const rise = (descriptors.at(-1) ?? 0) - (descriptors[0] ?? 0);
  const steadily = descriptors.every((value, at) => at === 0 || value > (descriptors[at - 1] ?? 0));
  return [
    ...(last > first + MEMORY ? [`memory: ${memory.map(Math.round).join(', ')} MB`] : []),
    ...(steadily && rise > DESCRIPTORS ? [`descriptors: ${descriptors.join(', ')}`] : []),
  ];
}

function medians(samples: readonly Sample[], parts: number, of: (one: Sample) => number): number[] {
  const length = Math.ceil(samples.length / parts);
  return Array.from({ length: parts }, (_, at) =>
    median(samples.slice(at * length, (at + 1) * length).map(of)),
  );
}

/** The middle one of them. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
