// What befalls the service in a soak: servers are killed and come back, lines are cut, the disk fills and is freed, the clock
// jumps, and the configuration is read again. Several at once, for a few seconds each, in an order by a seed in which none comes a
// second time before all have come.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Town } from './town.ts';

/** How often each of them came. */
export type Counts = Record<string, number>;

const HOUR = 3_600_000;
/** Milliseconds ahead, or back. */
const JUMPS = [2 * HOUR, -3 * HOUR, 26 * HOUR, -HOUR, 0] as const;

/** Lets it storm until `signal` aborts, and then until all is mended again. */
export async function storm(town: Town, random: () => number, signal: AbortSignal): Promise<Counts> {
  const counts: Counts = {};
  const under = new Map<string, Promise<void>>();
  const kinds = weather(town);
  const [names, jumps] = [rounds(Object.keys(kinds), random), rounds(JUMPS, random)];
  while (!signal.aborted) {
    await sleep(1000 + 3000 * random());
    const lasts = 500 + 4000 * random();
    const name = names.next().value;
    // What is still under way comes with the next round.
    if (under.has(name)) continue;
    counts[name] = (counts[name] ?? 0) + 1;
    const work = kinds[name]?.(lasts, jumps);
    under.set(
      name,
      (work ?? Promise.resolve()).finally(() => under.delete(name)),
    );
  }
  await Promise.all(under.values());
  town.shiftClock(0);
  return counts;
}

/** What may come, by its name: it lasts about so many milliseconds. */
type Weather = Record<string, (lasts: number, jumps: Generator<number, never>) => Promise<void>>;

function weather(town: Town): Weather {
  const killed = town.buildings.map(({ name, kill, revive }) => [
    `${name} killed`,
    async (lasts: number) => {
      town.down.add(name);
      await kill();
      await sleep(lasts);
      await revive();
      town.down.delete(name);
    },
  ]);
  const cut = town.links.map((link, at) => [
    `line ${at + 1} cut`,
    async (lasts: number) => {
      link.cut();
      await sleep(lasts);
      link.mend();
    },
  ]);
  return {
    ...(Object.fromEntries([...killed, ...cut]) as Weather),
    'disk filled': async (lasts) => {
      town.fillDisk();
      await sleep(lasts);
      town.freeDisk();
    },
    'clock jumped': async (lasts, jumps) => {
      town.shiftClock(jumps.next().value);
      await sleep(lasts);
    },
    SIGHUP: async () => {
      process.kill(town.pid, 'SIGHUP');
      await sleep(200);
    },
  };
}

/** All of them in some order, then again in another. */
function* rounds<T>(all: readonly T[], random: () => number): Generator<T, never> {
  for (;;) {
    const left = [...all];
    while (left.length > 0) yield* left.splice(Math.floor(random() * left.length), 1);
  }
}
