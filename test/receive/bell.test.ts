// A bell that is rung for ever: polls become rare, and quick again once it was quiet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bell } from '../../src/receive/bell.ts';
import { apart } from '../../src/receive/push-plan.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR = 3600;

for (const [connections, most] of [
  [1, 25],
  [2, 25],
] as const)
  test(`a server with ${connections} connections, whose news never ends, wakes few polls`, async () => {
    const clock = new FakeClock();
    let wakes = 0;
    const bell = new Bell(
      clock,
      () => void wakes++,
      (row) => apart(connections, row),
      new AbortController().signal,
    );
    for (let seconds = 0; seconds < HOUR; seconds++) {
      bell.ring();
      await clock.wind(1000);
    }
    assert.ok(wakes > 10 && wakes <= most, `${wakes} polls in an hour`);
    await clock.wind(10 * 60_000);
    await clock.wind(10 * 60_000);
    const before = wakes;
    bell.ring();
    await clock.wind(1500);
    assert.equal(wakes, before + 1, 'after a quiet time it is quick again');
  });
