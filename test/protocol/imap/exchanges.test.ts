// Several commands in flight: each answer finds its command by the tag, in whatever order the server gives them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { exchanges, PIPELINING } from '../../../src/protocol/imap/exchange.ts';
import type { Command } from '../../../src/protocol/imap/exchange.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

interface Told {
  readonly answers: readonly (readonly string[])[];
  readonly data: readonly string[];
}

const THREE = ['"INBOX"', '"Gone"', '"Lists"'];
const FOUR = [...THREE, '"Sent"'];

/** STATUS of folders by their names as the command holds them; `{n}` and what follows is a literal. */
function* statuses(window: number, names: readonly string[], tags: Tags = new Tags()): Dialogue<Told> {
  const left = names.map((name): Command & { readonly of: string } => ({
    of: name,
    name: 'STATUS',
    pieces: `STATUS ${name} (MESSAGES)`.split('\r\n'),
  }));
  const answers: string[][] = [];
  const data: string[] = [];
  yield* exchanges(
    host,
    tags,
    window,
    {
      name: 'STATUS',
      next: () => left.shift(),
      answered: ({ of }, { word, warnings }) => void answers.push([of, word, ...warnings]),
    },
    { data: ({ text }) => void data.push(text) },
  );
  return { answers, data };
}

describe('several commands in flight', () => {
  it('get each its own answer, in any order, and the window is kept', async () => {
    const told = await everySplit(transcript('imap/dovecot-status-out-of-order'), () => statuses(3, FOUR));
    assert.deepEqual(told.answers, [
      ['"Lists"', 'OK'],
      ['"Gone"', 'NO'],
      ['"INBOX"', 'OK'],
      ['"Sent"', 'OK'],
    ]);
    assert.equal(told.data.length, 3);
  });

  it('are one at a time where the window is one', async () => {
    const text = FOUR.map((name, at) => `C: A000${at + 1} STATUS ${name} (MESSAGES)\nS: A000${at + 1} OK\n`);
    assert.equal((await everySplit(text.join(''), () => statuses(1, FOUR))).answers.length, 4);
  });

  it('are given up where silence follows an untagged BAD, and the host is to get one at a time', async () => {
    const error = await refusalOf(transcript('imap/qq-untagged-bad-among-three'), () => statuses(3, THREE));
    assert.deepEqual([error.kind, error.retry, error.avoid], ['protocol', 'now', PIPELINING]);
  });

  it('one alone that is answered so names itself, not the pipelining', async () => {
    const text = 'C: A0001 STATUS "INBOX" (MESSAGES)\nS: * BAD Command!\nSILENCE\n';
    assert.equal((await refusalOf(text, () => statuses(3, ['"INBOX"']))).avoid, 'STATUS');
  });

  it('wait without haste again once all that a BAD may be about are answered', async () => {
    const text = transcript('imap/mailkit-warnings-among-three');
    const { answers } = await everySplit(text, () => statuses(3, FOUR));
    const warnings = ['the bad,', 'and the ugly.'];
    assert.deepEqual(answers, [
      ['"INBOX"', 'OK', ...warnings],
      ['"Gone"', 'BAD', ...warnings],
      ['"Lists"', 'OK', ...warnings],
      ['"Sent"', 'OK'],
    ]);
    const silent = text.replace('S: A0004 OK', 'SILENCE');
    await assert.rejects(play(silent, statuses(3, FOUR)), /the client would wait for ever/);
  });

  it('may hold literals, of which one refused hinders no other', async () => {
    const names = ['"INBOX"', '{3}\r\n\xe5\xae\xa2', '{3}\r\n\xe5\xae\xa2', '"Sent"'];
    const { answers } = await everySplit(transcript('imap/literal-among-three'), () => statuses(2, names));
    assert.deepEqual(
      answers.map(([, word]) => word),
      ['OK', 'OK', 'NO', 'OK'],
    );
  });

  it('all end with a BYE', async () => {
    const sent = THREE.map((name, at) => `C: A000${at + 1} STATUS ${name} (MESSAGES)\n`).join('');
    const error = await refusalOf(`${sent}S: A0002 OK\nS: * BYE enough\n`, () => statuses(3, THREE));
    assert.deepEqual([error.kind, error.retry], ['closed', 'now']);
  });

  for (const [offered, plus, most] of [
    ['LITERAL+', '+', 5000],
    ['LITERAL-', '+', 4096],
    ['LITERAL-', '', 4097],
    ['ID', '', 3],
  ] as const)
    it(`with ${offered} a literal of ${most} octets is ${plus === '' ? '' : 'not '}waited with`, async () => {
      const text = 'x'.repeat(most);
      const asked = plus === '' ? 'S: + go on\n' : '';
      const played = `C: A0001 STATUS {${most}${plus}}\n${asked}C: ${text} (MESSAGES)\nS: A0001 OK\n`;
      const one = (): Dialogue<Told> => {
        const tags = new Tags();
        tags.heed(new Set([offered]));
        return statuses(1, [`{${most}}\r\n${text}`], tags);
      };
      assert.deepEqual((await everySplit(played, one)).answers.length, 1);
    });
});
