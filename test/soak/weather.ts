// What befalls the service in a soak: servers are killed and come back, lines are cut, the disk fills and is freed, the clock
// jumps, and the configuration is read again. Several at once, for a few seconds each, by a seed.
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
  const begin = (name: string, work: () => Promise<void>): void => {
    if (under.has(name)) return;
    counts[name] = (counts[name] ?? 0) + 1;
    under.set(
      name,
      work().finally(() => under.delete(name)),
    );
  };
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  while (!signal.aborted) {
    await sleep(1000 + 3000 * random());
    const lasts = 500 + 4000 * random();
    const building = pick(town.buildings);
    const link = pick(town.links);
    const jump = pick(JUMPS) ?? 0;
    const kinds: readonly (() => void)[] = [
      () =>
        building &&
        begin(`${building.name} killed`, async () => {
          town.down.add(building.name);
          await building.kill();
          await sleep(lasts);
          await building.revive();
          town.down.delete(building.name);
        }),
      () =>
        link &&
        begin(`line ${town.links.indexOf(link) + 1} cut`, async () => {
          link.cut();
          await sleep(lasts);
          link.mend();
        }),
      () =>
        begin('disk filled', async () => {
          town.fillDisk();
          await sleep(lasts);
          town.freeDisk();
        }),
      () =>
        begin('clock jumped', async () => {
          town.shiftClock(jump);
          await sleep(lasts);
        }),
      () =>
        begin('SIGHUP', async () => {
          process.kill(town.pid, 'SIGHUP');
          await sleep(200);
        }),
    ];
    pick(kinds)?.();
  }
  await Promise.all(under.values());
  town.shiftClock(0);
  return counts;
}
