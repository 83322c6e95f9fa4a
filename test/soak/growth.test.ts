// A long soak fails for what grows, and for nothing that only comes and goes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { seeded } from '../support/random.ts';
import { grown } from './growth.ts';

const HOUR = 3600;
/** A run of `seconds`, three samples in each; `x` goes from 0 to 1. */
const run = (memory: (x: number) => number, descriptors: (x: number) => number, seconds = HOUR) => {
  const noise = seeded(5);
  const samples = Array.from({ length: 3 * seconds }, (_, at) => ({
    memory: memory(at / (3 * seconds)) + 60 * noise(),
    descriptors: Math.round(descriptors(at / (3 * seconds)) + 12 * noise()),
  }));
  return grown(samples, seconds).map((line) => line.replace(/:.*/, ''));
};

test('what leaks is found, and what comes and goes is not', () => {
  const steady = () => 40;
  const mb = () => 180;
  assert.deepEqual(run(mb, steady), []);
  assert.deepEqual(run((x) => 120 + 100 * Math.min(1, 6 * x), steady), [], 'it warms up');
  assert.deepEqual(run((x) => 180 + 50 * Math.sin(20 * x), (x) => 40 + 8 * Math.sin(30 * x)), [], 'waves');
  assert.deepEqual(run((x) => 180 + 300 * x, steady), ['memory']);
  assert.deepEqual(run(mb, (x) => 40 + 30 * x), ['descriptors']);
  assert.deepEqual(run(mb, (x) => (x > 0.5 ? 60 : 40)), [], 'one step is no leak');
  assert.deepEqual(run((x) => 180 + 300 * x, (x) => 40 + 30 * x), ['memory', 'descriptors']);
  assert.deepEqual(run((x) => 180 + 300 * x, (x) => 40 + 30 * x, 60), [], 'a short run says nothing of it');
}); // prettier-ignore
