import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoginPace, networkOf } from '../../src/web/login-pace.ts';

const HOUR = 3_600_000;

describe('how long a guesser waits', () => {
  it('is nothing for five, then twice as long each time, up to a quarter of an hour, until an hour was quiet', () => {
    const pace = new LoginPace();
    const waits: number[] = [];
    for (let n = 0; n < 20; n++) {
      waits.push(pace.wait('192.0.2.1', 0));
      pace.failed('192.0.2.1', 0);
    }
    assert.deepEqual(waits.slice(0, 9), [0, 0, 0, 0, 0, 1000, 2000, 4000, 8000]);
    assert.equal(waits.at(-1), 900_000);
    assert.equal(pace.wait('192.0.2.1', 900_000), 0);
    assert.equal(pace.wait('192.0.2.2', 0), 0);
    pace.failed('192.0.2.1', 2 * HOUR);
    assert.equal(pace.wait('192.0.2.1', 2 * HOUR), 0);
  });

  it('is over with the right password', () => {
    const pace = new LoginPace();
    for (let n = 0; n < 9; n++) pace.failed('192.0.2.1', 0);
    pace.passed('192.0.2.1');
    assert.equal(pace.wait('192.0.2.1', 0), 0);
  });

  it('is for all where a thousand addresses guess, but not for who was in before', () => {
    const pace = new LoginPace();
    pace.passed('192.0.2.9');
    for (let n = 0; n < 1000; n++) pace.failed(`10.0.${n >> 8}.${n & 255}`, 0);
    assert.equal(pace.wait('192.0.2.1', 0), 30_000);
    assert.equal(pace.wait('192.0.2.9', 0), 0);
  });

  it('remembers so many addresses and no more', () => {
    const pace = new LoginPace();
    for (let n = 0; n < 6; n++) pace.failed('192.0.2.1', 0);
    for (let n = 0; n < 10_000; n++) pace.failed(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 0);
    assert.equal(pace.wait('192.0.2.1', 40_000), 0);
  });

  const networks: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ];
  for (const [address, network] of networks)
    it(`takes ${address} for ${network}`, () => assert.equal(networkOf(address), network));
});
