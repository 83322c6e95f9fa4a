// A short soak: real servers, mail that comes and goes, and bad weather. `node dist/test/soak/soak.js 30` is the long one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { CYRUS, DOVECOT, POSTFIX, without } from '../servers/installed.ts';
import { soak, told } from './soak.ts';

const root = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
const skip =
  without({ Dovecot: DOVECOT, Postfix: POSTFIX, Cyrus: CYRUS }) ||
  (root ? false : 'needs root that may mount a small disk');

test('in bad weather nothing is lost, nothing is sent twice, and it does not grow', { skip }, async (t) => {
  const figures = await soak(t, 60);
  const all = told(figures).join('\n');
  t.diagnostic(all.replaceAll('\n', '; '));
  const { lost, unsent, twice, proved, exit, memory, descriptors, faults } = figures;
  assert.deepEqual(
    { lost, unsent, twice, proved, exit },
    { lost: 0, unsent: 0, twice: 0, proved: true, exit: 0 },
    all,
  );
  assert.ok(Object.keys(faults).length >= 8, all);
  assert.ok(figures.deleted > 0, all);
  assert.ok(figures.arrived > 20 && figures.dropped > 5, all);
  assert.ok(memory[1] < memory[0] + 120, all);
  assert.ok(descriptors[1] <= descriptors[0] + 15, all);
});
