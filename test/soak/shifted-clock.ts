// Loaded into the service before its own code (node --import): the wall clock goes as much before or after the true one as the
// file says that $MAILKEEP_TEST_CLOCK names, in milliseconds. What counts time since the start is not touched, as on a real machine.
import { readFileSync } from 'node:fs';

const path = process.env['MAILKEEP_TEST_CLOCK'] ?? '';
const True = Date;
let shift = 0;
const look = (): void => {
  try {
    shift = Number(readFileSync(path, 'latin1')) || 0;
  } catch {
    shift = 0;
  }
};
look();
setInterval(look, 100).unref();

class Shifted extends True {
  constructor(...given: readonly [] | readonly [number | string | Date]) {
    if (given.length === 0) super(True.now() + shift);
    else super(...(given as [number]));
  }

  static override now(): number {
    return True.now() + shift;
  }
}
Object.assign(globalThis, { Date: Shifted });
