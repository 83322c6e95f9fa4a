// What is said to an IMAP server in polls of every kind, word for word: little, in plain forms, and nothing that some server
// is known to get wrong. It holds whatever the server offers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const DAY = 86_400_000;

/** All that may be said, each as it is written. */
const ALLOWED: readonly RegExp[] = [
  /^(CAPABILITY|STARTTLS|LOGOUT)$/,
  /^(LOGIN|AUTHENTICATE)\b/,
  /^ID \("name" "mailkeep" "version" "[^"]+" "vendor" "mailkeep"\)$/,
  /^ENABLE [A-Z0-9= ]+$/,
  /^LIST "" "\*"( RETURN \((SPECIAL-USE )?STATUS \([A-Z ]+\)\))?$/,
  /^STATUS ("[^"]+"|\{…\}) \([A-Z ]+\)$/,
  /^EXAMINE ("[^"]+"|\{…\})( \((CONDSTORE|QRESYNC \(\d+ \d+ 1:4294967295\))\))?$/,
  /^UID FETCH [\d:,]+ \(UID FLAGS RFC822\.SIZE INTERNALDATE\)$/,
  /^UID FETCH [\d:,]+ \(UID FLAGS\) \(CHANGEDSINCE \d+\)$/,
  /^UID FETCH [\d:,]+ \(UID FLAGS INTERNALDATE BODY\.PEEK\[\]\)$/,
  /^UID FETCH [\d:,]+ \(UID BODY\.PEEK\[HEADER\.FIELDS \(MESSAGE-ID\)\]\)$/,
  /^UID FETCH [\d:,]+ \(UID RFC822\.SIZE\)$/,
  /^UID SEARCH RETURN \(ALL\) ALL$/,
];

test('an IMAP poll', async (t) => {
  const said: string[] = [];
  for (const without of [[], ['LIST-STATUS', 'CONDSTORE', 'QRESYNC', 'ESEARCH']])
    said.push(...(await polls(t, without)));

  await t.test('says no command but those that it needs', () => {
    const others = said.filter((line) => !ALLOWED.some((form) => form.test(line.replace(/^\S+ /, ''))));
    assert.deepEqual([...new Set(others)], []);
    assert.ok(said.length > 60);
  });

  await t.test('asks only for what servers get right', () => {
    assert.ok(said.some((line) => line.includes('BODY.PEEK[]')));
    const wrong =
      /ENVELOPE|BODYSTRUCTURE|RFC822(?!\.SIZE)|BODY\[|<\d|\b(ALL|FAST|FULL)$|SINCE \d+-|CHARSET|^\S+ FETCH/;
    assert.deepEqual(
      said.filter((line) => wrong.test(line) && !line.endsWith('SEARCH RETURN (ALL) ALL')),
      [],
    );
    for (const line of said) if (line.includes('UID FETCH')) assert.match(line, /UID FETCH \S+ \(UID /);
  });

  await t.test('writes short lines, with sets that ascend and without a star', () => {
    for (const line of said) {
      assert.ok(line.length < 1000, line);
      assert.match(line, /^A\d+ /);
      const [, set = ''] = /UID FETCH (\S+)/.exec(line) ?? [];
      const numbers = set.split(/[:,]/).filter(Boolean).map(Number);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        line,
      );
      assert.ok(!set.includes('*'), line);
    }
    assert.ok(
      said.some((line) => line.length > 350),
      'a long set was needed',
    );
  });
});

/** Polls of an account in which mail came, went and changed, and whose UIDs became others; returns what was said. */
async function polls(test: Ending, without: readonly string[]): Promise<string[]> {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  test.after(() => provider.stop());
  for (const word of without) provider.faults.without.add(word);
  for (let n = 0; n < 700; n++) {
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
    if (n % 2 === 0) provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(-1));
  }
  provider.deliver(ADDRESS, 'Sent', bulkMessage(1000));
  const clock = new HastyClock();
  const house = await openTestHouse(test, clock);
  const poll = async (): Promise<void> => {
    const { ok, error } = await house.poll(accountAt(provider, 'imaps', ADDRESS, PASSWORD));
    assert.ok(ok, error?.message);
  };
  await poll();
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(2000));
  provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(3, 4));
  provider.messages(ADDRESS, 'INBOX')[0]?.flags.add('\\Flagged');
  await poll();
  provider.renumber(ADDRESS, 'INBOX');
  await poll();
  await clock.wind(DAY);
  await poll();
  return provider.heard('IMAP').map(({ line }) => line);
}
