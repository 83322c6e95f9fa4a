// Messages whose size is a lie or whose octets are NULs, among three that are honest: the honest ones are stored by the first poll
// and a later one comes after, and the liar is stored octet for octet, or stands in the list of what is pending, with why.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Receiving } from '../../src/receive/open-source.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountOf, bodyOf, imap, rowsOf, textOf, upTo } from './scripted-imap.ts';
import { pop3, retrieved } from './scripted-pop3.ts';

const TEXT = textOf(2);
const NULS = `Subject: a\0b\r\n\r\n\0\0\0\r\n\0.\r\n`;
const row = (size: string): string => `* 2 FETCH (UID 2 FLAGS () RFC822.SIZE ${size})\r\n`;
const literal = (size: string | number, text: string): string =>
  `* 2 FETCH (UID 2 FLAGS () BODY[] {${size}}\r\n${text})\r\n`;

const SHORT = 'whose literal is shorter than it says';

/** How message 2 is listed and sent; what then is stored of it, or that it is listed as pending. */
type Lie = readonly [what: string, listed: string, sent: string, stored: string | null];

const IMAP: readonly Lie[] = [
  ...['0', '1', '4294967296', '536870913', '18446744073709551615', '-1', '9.3736e+06', 'NIL'].map(
    (size): Lie => [`of the size ${size}`, row(size), literal(TEXT.length, TEXT), TEXT],
  ),
  ['of no size', '* 2 FETCH (UID 2 FLAGS ())\r\n', literal(TEXT.length, TEXT), TEXT],
  ['that is NULs', row('90'), literal(NULS.length, NULS), NULS],
  ['with NULs before its answer', row('90'), `\0\0${literal(TEXT.length, TEXT)}`, TEXT],
  ['with a line of NULs before its answer', row('90'), `\0\0\r\n${literal(TEXT.length, TEXT)}`, TEXT],
  ['in a literal8', row('90'), literal(TEXT.length, NULS).replace(/\{\d+\}/, `~{${NULS.length}}`), NULS],
  ['with a NUL in its flags', `* 2 FETCH (UID 2 FLAGS (\\Seen a\0b) RFC822.SIZE 90)\r\n`, literal(TEXT.length, TEXT), TEXT],
  [SHORT, row('90'), literal(TEXT.length + 4000, TEXT), null],
  ['whose literal is longer than it says', row('90'), literal(10, TEXT), null],
  ['whose literal is of no length', row('90'), literal('', TEXT), null],
  ['whose literal is of a length below 0', row('90'), literal(-5, TEXT), null],
  ['whose literal is longer than any number', row('90'), literal('9'.repeat(30), TEXT), null],
  ['whose literal is empty', row('90'), literal(0, ''), null],
  ['whose literal is empty, of the size 0', row('0'), literal(0, ''), ''],
  ['that is NIL', row('90'), '* 2 FETCH (UID 2 BODY[] NIL)\r\n', null],
]; // prettier-ignore

const POP3: readonly Lie[] = [
  ...['0', '1', '4294967296', '536870913', '18446744073709551615', '-1', '9.3736e+06', 'x', ''].map(
    (size): Lie => [`of the size ${size}`, `2 ${size}`, `+OK\r\n${TEXT}.\r\n`, TEXT],
  ),
  ['whose answer lies about its size', '2 90', `+OK 5 octets\r\n${TEXT}.\r\n`, TEXT],
  ['that is NULs', '2 90', `+OK\r\n${NULS}.\r\n`, NULS],
  ['with NULs in its answer', '2 90', `+OK \0\0 octets\r\n${TEXT}.\r\n`, TEXT],
  ['with NULs in its place of the listing', '2\0 90', `+OK\r\n${TEXT}.\r\n`, TEXT],
  ['that is nothing', '2 90', '+OK\r\n.\r\n', null],
  ['that is nothing, of a size that is none', '2 x', '+OK\r\n.\r\n', null],
  ['that is nothing and is told so', '2 0', '+OK\r\n.\r\n', ''],
];

describe('among honest messages', () => {
  for (const [what, listed, sent, stored] of IMAP)
    test(`one over IMAP ${what} holds up nothing`, async (t) => {
      let count = 3;
      const server = await startScriptedServer(t, (peer) =>
        imap(peer, {
          examine: () => `* ${count} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT ${count + 1}]\r\n`,
          list: () => upTo(count).map((uid) => (uid === 2 ? listed : rowsOf([uid]))).join(''),
          bodies: (uids) => uids.map((uid) => (uid === 2 ? sent : bodyOf(uid))).join(''),
        }),
      ); // prettier-ignore
      // Only that one is waited for in vain.
      await holdsUpNothing(t, accountOf(server), stored, () => void count++, what === SHORT ? 500 : 30_000);
    });

  for (const [what, listed, sent, stored] of POP3)
    test(`one over POP3 ${what} holds up nothing`, async (t) => {
      let count = 3;
      const server = await startScriptedServer(t, (peer) =>
        pop3(peer, {
          sizes: upTo(count).map((n) => (n === 2 ? listed : `${n} 90`)),
          retr: (n) => (n === 2 ? sent : retrieved(n)),
        }),
      );
      await holdsUpNothing(t, accountOf(server, 'pop3'), stored, () => void count++);
    });
});

async function holdsUpNothing(
  t: TestContext,
  account: Receiving,
  stored: string | null,
  deliver: () => void,
  idle: number = 30_000,
): Promise<void> {
  const house = await openTestHouse(t, new HastyClock());
  const hurried = { ...account, timeouts: { connect: 30_000, idle } };
  const honest = (numbers: readonly number[]): string[] => numbers.map((n) => textOf(n));
  await house.poll(hurried, { full: true });
  const first = await textsIn(house);
  assert.deepEqual(first.filter((text) => text !== stored), honest([1, 3]), 'the honest ones'); // prettier-ignore
  deliver();
  for (let polls = 0; polls < 3; polls++) await house.poll(hurried, { full: true });
  assert.deepEqual((await textsIn(house)).filter((text) => text !== stored), honest([1, 3, 4])); // prettier-ignore
  const pending = house.db.prepare('SELECT reason, poisoned FROM pending').raw().all();
  if (stored !== null) {
    assert.ok((await textsIn(house)).includes(stored), JSON.stringify(pending));
    assert.deepEqual(pending, []);
  } else {
    assert.equal(pending.length, 1);
    assert.match(String((pending[0] as unknown[])[0]), /\w/);
    assert.equal((pending[0] as unknown[])[1], 1, 'poisoned');
  }
}

/** What is stored, sorted. */
async function textsIn(house: TestHouse): Promise<string[]> {
  const paths = await house.files();
  return paths.map((path) => readFileSync(join(house.data, 'mail', path), 'latin1')).toSorted();
}
