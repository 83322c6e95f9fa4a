import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted } from './counted.ts';
import { entries, losses, SEVERITIES, suites, type Entry } from './entries.ts';
import { isThere, originalEntries, originalSuites } from './original.ts';
import { readSource, titlesOf } from './titles.ts';

/** Characters of a name that are not left open, at least. */
const LEAST = 8;

/** What is wrong with a table of entries. */
function faults(all: readonly Entry[]): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { id, tests, reasons } of all) {
    if (seen.has(id)) found.push(`${id} stands twice`);
    seen.add(id);
    if (tests.length + reasons.length === 0) found.push(`${id} has neither a test nor a reason`);
    for (const { file, name } of tests) {
      const titles = titlesOf(`test/${file}.test.ts`);
      if (titles === undefined) found.push(`${id}: there is no test/${file}.test.ts`);
      else if (!titles.has(name)) found.push(`${id}: test/${file}.test.ts has no test "${name}"`);
      if (name.replace(/[…\s]/g, '').length < LEAST) found.push(`${id}: "${name}" may be any test`);
    }
    for (const { file, code } of reasons) {
      if (readSource(file)?.includes(code) !== true) found.push(`${id}: ${file} does not hold ${code}`);
    }
  }
  return found;
}

describe('the ways in which mail was lost elsewhere', () => {
  it('are fifteen, and each has tests that say that it is not lost so here', () => {
    const all = losses();
    assert.equal(all.length, 15);
    assert.deepEqual(faults(all), []);
    for (const { id, tests } of all) assert.ok(tests.length >= 3, id);
  });
});

describe('the catalogue of what servers and messages do', () => {
  it('names tests that exist and code that stands, once for each entry', (t) => {
    const all = entries();
    assert.deepEqual(faults(all), []);
    for (const { id, marks } of all)
      assert.ok(
        marks.every((mark) => (SEVERITIES as readonly string[]).includes(mark)),
        `${id}: ${marks.join()}`,
      );
    for (const line of counted(all)) t.diagnostic(line);
  });

  it('holds whatever is worse than cosmetic by a test, or by a reason with its place in the code', () => {
    const grave = entries().filter(({ marks }) => !marks.every((mark) => mark === 'cosmetic'));
    assert.deepEqual(
      grave.filter(({ tests, reasons }) => tests.length + reasons.length === 0).map(({ id }) => id),
      [],
    );
  });

  it('is the one that was written down', { skip: isThere() ? false : 'needs the catalogue' }, () => {
    const ours = new Map(entries().map(({ id, marks }) => [id, marks.toSorted()]));
    const theirs = [...originalEntries()].map(([id, marks]) => [id, marks.toSorted()] as const);
    assert.deepEqual([...ours.keys()].toSorted(), theirs.map(([id]) => id).toSorted());
    for (const [id, marks] of theirs) assert.deepEqual(ours.get(id), marks, id);
  });

  it('has its suites of scripts, each with tests of its own', () => {
    const all = suites();
    assert.deepEqual(faults(all), []);
    const known = new Set(entries().map(({ id }) => id));
    for (const { id, marks, tests } of all) {
      assert.ok(tests.length > 0, id);
      assert.deepEqual(
        marks.flatMap(written).filter((one) => !known.has(one)),
        [],
        id,
      );
    }
  });

  it('has the suites that were written down', { skip: isThere() ? false : 'needs the catalogue' }, () => {
    const ours = suites().map(({ marks }) => marks.flatMap(written).toSorted());
    assert.deepEqual(
      ours,
      originalSuites().map((ids) => ids.toSorted()),
    );
  });
});

/** `I-140..I-142` as the ids that it holds. */
function written(mark: string): string[] {
  const [from = '', to = from] = mark.split('..');
  const all = entries().map(({ id }) => id);
  return from === to ? [from] : all.filter((id) => id[0] === from[0] && id >= from && id.slice(0, 5) <= to);
}

describe('names of tests', () => {
  const titles = titlesOf('test/catalogue/catalogue.test.ts');
  for (const name of ['that is not there', 'names tests that exist', 'no test is "…"'])
    it(`are not found where they are not: ${name}`, () => assert.equal(titles?.has(name), false));

  it('are found whole, and with what fills them', () => {
    assert.equal(titles?.has('are found whole, and with what fills them'), true);
    assert.equal(titles?.has('are not found where they are not: that is not there'), true);
    assert.equal(titles?.has(`are not found where they are not: ${'x'.repeat(30)}`), false);
    assert.equal(titles?.has('are not found where they are not: …'), true);
  });

  it('of a file that is not there are none', () => assert.equal(titlesOf('test/nothing.test.ts'), undefined));
});
