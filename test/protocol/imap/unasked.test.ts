// What servers say beside what they were asked for, and wrongly: it costs nothing that is right around it, and where it
// cannot be told from what was asked for, nothing is believed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { imapLogin } from '../../support/logins.ts';
import { refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { fetched, host, Received } from './received.ts';

describe('what nobody asked for', () => {
  for (const name of [
    'qq-envelope-backslash',
    'odd-envelopes',
    'odd-structures',
    'davmail-counts-characters',
    'zimbra-empty-fetch',
  ])
    it(`costs no message around it, as in ${name}`, async () => {
      const { uids, refusal, open } = await everySplit(transcript(`imap/${name}`), () => fetched('1:3'));
      assert.deepEqual([uids, refusal, open], [[1, 3], null, 0]);
    });

  it('ends the session, and completes nothing, where the next answer stands in a body', async () => {
    const all: Received[] = [];
    const error = await refusalOf(transcript('imap/yandex-answer-in-a-body'), () => {
      const received = new Received();
      all.push(received);
      return fetched('1:2', undefined, received);
    });
    assert.deepEqual([error.kind, error.retry], ['protocol', 'now']);
    for (const { bodies, open, abandoned } of all) assert.deepEqual([bodies, open, abandoned], [[], 0, 1]);
  });

  it('ends the session, and completes nothing, where a UID stands behind the rest of another body', async () => {
    const error = await refusalOf(transcript('imap/uid-behind-another-body'), () => fetched('1:9'));
    assert.deepEqual([error.kind, error.retry], ['protocol', 'now']);
  });

  it('completes nothing, and ends, where a body has no length', async () => {
    const { uids, open } = await everySplit(transcript('imap/groupwise-no-length'), () => fetched('1'));
    assert.deepEqual([uids, open], [[], 0]);
  });
});

describe('an answer in words of its own', () => {
  it('is taken for done where Gmail says that it slows us down', async () => {
    const { uids, refusal } = await everySplit(transcript('imap/gmail-throttled'), () => fetched('1'));
    assert.deepEqual([uids, refusal], [[1], null]);
  });

  it('with Ambiguous Alias is a matter of waiting', async () => {
    const text = 'C: A0001 LOGIN "anna" "secret"\nS: A0001 NO Ambiguous Alias\n';
    const error = await refusalOf(text, () => imapLogin(host, new Tags(), 'anna', 'secret'));
    assert.deepEqual([error.kind, error.retry], ['busy', 'later']);
  });

  it('leaves out of lists of flags and labels what is none', async () => {
    const rows = await everySplit(transcript('imap/odd-flags'), () => uidFetchList(host, new Tags(), '1:9'));
    assert.deepEqual(rows, [
      {
        uid: 1,
        flags: ['\\Answered', '+', '[Gmail]x', '\\Deleted', '客户'],
        labels: ['+Work', '\\Starred'],
        size: 3,
        received: null,
      },
    ]);
  });

  it('asks below INBOX where a LIST of everything is refused', async () => {
    const folders = await everySplit(transcript('imap/needs-a-prefix'), () => list(host, new Tags()));
    assert.deepEqual(
      folders.map(({ name, delimiter }) => [name, delimiter]),
      [
        ['INBOX', '.'],
        ['INBOX.Sent', '.'],
      ],
    );
  });
});

describe('a login', () => {
  it('of a shared mailbox names it as the person wrote it', async () => {
    const text = 'C: A0001 LOGIN "ann@example.org/shared" "secret"\nS: A0001 OK in\n';
    await everySplit(text, () => imapLogin(host, new Tags(), 'ann@example.org/shared', 'secret'));
  });
});
