import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExtractQueue } from '../../src/index/extract-queue.ts';

const MB = 2 ** 20;
const task = (name: string, size: number = 1000, isBehind: boolean = false) => ({ name, size, isBehind });
const names = (order: readonly { name: string }[] | undefined): string | undefined =>
  order?.map(({ name }) => name).join(' ');

test('nothing comes out of an empty queue', () => {
  assert.equal(new ExtractQueue(2).take(), undefined);
});

test('small messages are shared among the threads, sixteen at most', () => {
  const queue = new ExtractQueue<ReturnType<typeof task>>(2);
  for (let at = 0; at < 6; at++) queue.add(task(String(at)));
  assert.equal(names(queue.take()), '0 1');
  assert.equal(names(queue.take()), '2');
  for (let at = 0; at < 1000; at++) queue.add(task(String(at)));
  assert.equal(queue.take()?.length, 16);
});

test('of large messages one is out at a time, and the small ones pass it', () => {
  const queue = new ExtractQueue<ReturnType<typeof task>>(2);
  for (const one of [task('a', 9 * MB), task('b', 9 * MB), task('c')]) queue.add(one);
  const first = queue.take() ?? [];
  assert.equal(names(first), 'a');
  assert.equal(names(queue.take()), 'c');
  assert.equal(queue.take(), undefined);
  queue.done(first);
  assert.equal(names(queue.take()), 'b');
});

test('what is behind waits for all else, and one order of it is out at a time', () => {
  const queue = new ExtractQueue<ReturnType<typeof task>>(2);
  for (let at = 0; at < 20; at++) queue.add(task(String(at), 10, true));
  queue.add(task('new'));
  assert.equal(names(queue.take()), 'new');
  const first = queue.take() ?? [];
  assert.equal(first.length, 16);
  assert.equal(queue.take(), undefined, 'a thread is free for new mail');
  queue.add(task('newer'));
  assert.equal(names(queue.take()), 'newer');
  queue.done(first);
  assert.equal(names(queue.take()), '16 17 18 19');
});

test('a large message behind goes alone, and not beside another large one', () => {
  const queue = new ExtractQueue<ReturnType<typeof task>>(2);
  for (const one of [task('a', 9 * MB, true), task('b', 10, true), task('c', 9 * MB)]) queue.add(one);
  const large = queue.take() ?? [];
  assert.equal(names(large), 'c');
  assert.equal(queue.take(), undefined);
  queue.done(large);
  assert.equal(names(queue.take()), 'a');
});

test('what is tried again comes first, in its order', () => {
  const queue = new ExtractQueue<ReturnType<typeof task>>(1);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) queue.add(task(name));
  const order = queue.take() ?? [];
  assert.equal(names(order), 'a b c');
  queue.done(order, order.slice(1));
  assert.equal(names(queue.take()), 'b c d');
});
