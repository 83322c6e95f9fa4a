// A clock on which every wait is over at once: a poll that fails comes to its end without anybody winding it.
import { FakeClock } from './fake-clock.ts';

/** Time stands still all the same, until it is wound. */
export class HastyClock extends FakeClock {
  override sleep(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve)); // what else goes on is not starved
  }
}
