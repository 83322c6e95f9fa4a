// Durations as a person writes them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { milliseconds } from '../../src/config/durations.ts';

test('what is not a duration is refused', () => {
  for (const text of ['', '5', 's', '5 m', '-5m', '0s', '1.5h', '5M', '5min', '1h30m', '9999999s'])
    assert.throws(() => milliseconds(text), RangeError, text);
});

test('a duration is a whole number and a unit', () => {
  const table = { '30s': 30_000, '5m': 300_000, '24h': 86_400_000, '30d': 2_592_000_000 };
  for (const [text, wanted] of Object.entries(table)) assert.equal(milliseconds(text), wanted, text);
});
