// PURE: how long whoever guesses passwords has to wait. Each address waits twice as long after each wrong one; all together
// wait too, so that a thousand addresses are not a thousand times as fast. Whoever came in once is not kept out by others.

/** Wrong passwords that cost no waiting: of one address, and of all. */
const FREE = 5;
const FREE_OF_ALL = 50;
/** Longest waiting, milliseconds. */
const MOST = 15 * 60_000;
const MOST_OF_ALL = 30_000;
/** What nobody tried again for so long is forgotten. */
const FORGOTTEN = 60 * 60_000;
/** Addresses that are remembered; the longest quiet makes room. */
const REMEMBERED = 10_000;

interface Failures {
  count: number;
  last: number;
}

/** Counts wrong passwords. Times in milliseconds since 1970. */
export class LoginPace {
  readonly #failed = new Map<string, Failures>();
  readonly #known = new Set<string>();
  #all: Failures = { count: 0, last: 0 };

  /** Milliseconds until this address may try; 0 for now. */
  wait(address: string, now: number): number {
    const network = networkOf(address);
    const own = left(this.#failed.get(network), FREE, MOST, now);
    return this.#known.has(network) ? own : Math.max(own, left(this.#all, FREE_OF_ALL, MOST_OF_ALL, now));
  }

  failed(address: string, now: number): void {
    const network = networkOf(address);
    const failures = next(this.#failed.get(network), now);
    this.#failed.delete(network);
    this.#failed.set(network, failures);
    const [quietest] = this.#failed.keys();
    if (this.#failed.size > REMEMBERED && quietest !== undefined) this.#failed.delete(quietest);
    this.#all = next(this.#all, now);
  }

  passed(address: string): void {
    const network = networkOf(address);
    this.#failed.delete(network);
    if (this.#known.size < REMEMBERED) this.#known.add(network);
  }
}

function next(failures: Failures | undefined, now: number): Failures {
  const isOld = failures === undefined || now - failures.last > FORGOTTEN;
  return { count: isOld ? 1 : failures.count + 1, last: now };
}

function left(failures: Failures | undefined, free: number, most: number, now: number): number {
  if (failures === undefined || failures.count < free) return 0;
  const wait = Math.min(most, 1000 * 2 ** Math.min(failures.count - free, 20));
  return Math.max(0, failures.last + wait - now);
}

/** IPv4 as it is; of IPv6 the first 64 bits, which one subscriber has all of. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address;
  const [front = '', back] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const head = front === '' ? [] : front.split(':');
  const tail = back === undefined || back === '' ? [] : back.split(':');
  const middle =
    back === undefined ? [] : Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...middle, ...tail]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
