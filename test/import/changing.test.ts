// Files that change while they are read: of two states of a message no third one is made, and what is not taken is told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Archive } from '../../src/archive/store.ts';
import { asItIs, fromMaildir } from '../../src/import/read-file.ts';
import { readMbox } from '../../src/import/read-mbox.ts';
import { FileWindow } from '../../src/runtime/file-window.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { crlf, FROM, letter } from './imported.ts';

/** A file, open to be read, and an archive. */
async function opened(t: Ending, content: string) {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'x.eml');
  writeFileSync(path, content);
  utimesSync(path, 1e9, 1e9);
  const file = await FileWindow.open(path);
  t.after(() => file.close());
  const archive = await Archive.open(join(directory, 'data'), { write: true });
  return { path, file, archive };
}

const LONG = letter('long', `${'y'.repeat(70)}\n`.repeat(40_000));

for (const [what, change] of [
  ['grows', (path: string) => appendFileSync(path, 'more\n')],
  ['becomes shorter', (path: string) => writeFileSync(path, LONG.slice(0, 2_000_000))],
  ['is written anew', (path: string) => writeFileSync(path, LONG.replaceAll('y', 'z'))],
] as const) {
  test(`a message whose file ${what} while it is read is not taken`, async (t) => {
    for (const read of [asItIs, (file: FileWindow, begin: () => never) => fromMaildir(file, '1.a', begin)]) {
      const { path, file, archive } = await opened(t, LONG);
      let begun = 0;
      const taken = read(file, (() => {
        begun++;
        change(path);
        return archive.incoming();
      }) as () => never);
      await assert.rejects(taken, /while it was read/);
      assert.equal(begun, 1);
    }
  });
}

for (const [what, change, whole] of [
  // As mutt and Dovecot do: what lies behind moves down, and only then the file is cut.
  ['moved down', (box: string, first: number) => `${box.slice(first)}${box.slice(-first)}`, 0],
  ['taken out', (box: string, first: number) => box.slice(first), 0],
  [
    'given flags in their place',
    (box: string) => box.replace('X-Mozilla-Status: 0000\nSubject: 3', 'X-Mozilla-Status: 0001\nSubject: 3'),
    3,
  ],
] as const) {
  test(`a mailbox whose messages are ${what} while it is read gives whole messages, and the others are told`, async (t) => {
    const letters = ['1', '2', '3'].map(
      (name) => `X-Mozilla-Status: 0000\nSubject: ${name}\n\n${`${name} ${'y'.repeat(70)}\n`.repeat(10_000)}`,
    );
    const parts = letters.map((one) => `${FROM}${one}\n`);
    const { path, file, archive } = await opened(t, parts.join(''));
    const taken: string[] = [];
    let told = 0;
    try {
      for await (const found of readMbox(file, 'box', 'box')) {
        if (!('octets' in found)) assert.fail(found.reason);
        try {
          const incoming = await found.octets(() => {
            writeFileSync(path, change(parts.join(''), parts[0]?.length ?? 0));
            return archive.incoming();
          });
          taken.push(incoming.end().id);
          incoming.discard();
        } catch (thrown) {
          assert.match(String(thrown), /while it was read/);
          told++;
        }
      }
    } catch (thrown) {
      assert.match(String(thrown), /while it was read/);
      told++;
    }
    const theirs = letters.map((one) =>
      createHash('sha256')
        .update(crlf(one.replace(/^X-Mozilla-Status: .*\n/, '')))
        .digest('hex'),
    );
    assert.ok(
      taken.every((id) => theirs.includes(id)),
      `of ${taken.length} one is none of the three`,
    );
    assert.deepEqual([taken.length, told > 0], whole === 3 ? [3, false] : [taken.length, true]);
  });
}

test('a mailbox that mail comes into while it is read: all of it is taken but the last, which is told', async (t) => {
  const { path, file, archive } = await opened(
    t,
    `${FROM}${letter('1')}\n${FROM}${letter('2')}\n${FROM}${letter('3', 'half of ')}`,
  );
  const taken: string[] = [];
  const told: string[] = [];
  for await (const found of readMbox(file, 'box', 'box')) {
    if (!('octets' in found)) assert.fail(found.reason);
    try {
      const incoming = await found.octets(() => {
        appendFileSync(path, 'it\n');
        return archive.incoming();
      });
      taken.push(/Subject: (.)/.exec(incoming.head.toString())?.[1] ?? '');
      incoming.discard();
    } catch (thrown) {
      told.push(String(thrown));
    }
  }
  assert.deepEqual(taken, ['1', '2']);
  assert.match(told.join(), /^Error: the mailbox grew while its last message was read: import it again$/);
});
