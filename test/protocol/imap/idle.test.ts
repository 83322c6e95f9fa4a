// Waiting in a folder: whatever a server makes of IDLE, news is heard, and a server that does not know it is noticed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { idle } from '../../../src/protocol/imap/idle.ts';
import type { News } from '../../../src/protocol/imap/news.ts';
import { notify } from '../../../src/protocol/imap/notify.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

/** Idles until so many pieces of news have come, and returns them. */
function* heard(count: number, tags: Tags = new Tags()): Dialogue<News[]> {
  const news: News[] = [];
  const end = new AbortController();
  yield* idle(host, tags, end.signal, (one) => {
    news.push(one);
    if (news.length === count) end.abort();
  });
  return news;
}

const never = new AbortController().signal;

describe('IDLE', () => {
  it('tells all that came, went or changed, here and in other folders', async () => {
    const offered = new Set(['IDLE', 'NOTIFY']);
    const news = await everySplit(transcript('imap/dovecot-idle'), function* () {
      const tags = new Tags();
      assert.equal(yield* notify(host, tags, offered), true);
      return yield* heard(10, tags);
    });
    assert.deepEqual(news, [
      { kind: 'exists', count: 3 },
      { kind: 'recent', count: 1 },
      { kind: 'changed' },
      { kind: 'changed' },
      { kind: 'changed' },
      { kind: 'folder', wire: '&W6JiNw-' },
      { kind: 'folder', wire: 'Sent Items' },
      { kind: 'folder', wire: 'a (b) "c"' },
      { kind: 'folder', wire: Buffer.from('(ü)').toString('latin1') },
      { kind: 'folders' },
      // What comes behind DONE is news as well.
      { kind: 'exists', count: 4 },
    ]);
  });

  for (const [name, count] of [
    ['gromox-idle', 8],
    ['idle-news-before-go-ahead', 5],
    ['idle-warned-of', 8],
  ] as const)
    it(`hears the news, as in ${name}`, async () => {
      assert.deepEqual(await everySplit(transcript(`imap/${name}`), () => heard(1)), [
        { kind: 'exists', count },
      ]);
    });

  it('whose go-ahead bears the tag has begun, whatever was warned of before', async () => {
    const text = transcript('imap/idle-warned-of').replace('+ idling', 'A0001 + idling');
    assert.deepEqual(await everySplit(text, () => heard(1)), [{ kind: 'exists', count: 8 }]);
  });

  it('that was ended by the server is over, and no failure', async () => {
    const text = 'C: A0001 IDLE\nS: + idling\nS: A0001 OK enough\n';
    await everySplit(text, () => idle(host, new Tags(), never, () => {}));
  });

  it('answered by an untagged BAD and silence is to be avoided', async () => {
    const error = await refusalOf(transcript('imap/idle-untagged-bad'), () =>
      idle(host, new Tags(), never, () => {}),
    );
    assert.deepEqual(
      [error.kind, error.retry, error.avoid, error.phase],
      ['protocol', 'now', 'IDLE', 'idle'],
    );
  });

  it('answered by NO or BAD is refused', async () => {
    for (const word of ['NO', 'BAD']) {
      const text = `C: A0001 IDLE\nS: A0001 ${word} command not support\n`;
      const error = await refusalOf(text, () => idle(host, new Tags(), never, () => {}));
      assert.deepEqual([error.kind, error.phase], ['refused', 'idle']);
    }
  });

  it('ended by BYE is a closed connection', async () => {
    const error = await refusalOf(transcript('imap/idle-bye'), () => idle(host, new Tags(), never, () => {}));
    assert.deepEqual([error.kind, error.retry], ['closed', 'now']);
    assert.match(error.message, /IDLE ended by imap\.example with BYE: Autologout/);
  });

  it('whose DONE is not answered is a lost connection', () => {
    const over = AbortSignal.abort();
    const { outcome, sent } = hangUpAfter(
      idle(host, new Tags(), over, () => {}),
      [Buffer.from('+'), null],
    );
    assert.ok(outcome instanceof MailError);
    assert.equal(outcome.kind, 'closed');
    assert.equal(sent, 'A0001 IDLE\r\nDONE\r\n');
  });

  it('ends where a server tells on and on', () => {
    const flood = Array.from({ length: 100_001 }, () => Buffer.from('* 1 EXISTS'));
    const { outcome } = hangUpAfter(
      idle(host, new Tags(), never, () => {}),
      flood,
    );
    assert.ok(outcome instanceof MailError);
    assert.equal(outcome.kind, 'protocol');
  });
});

describe('NOTIFY', () => {
  it('asks for less where a server cannot tell of flags, and hears that it has stopped', async () => {
    const news = await everySplit(transcript('imap/notify-fewer-events'), function* () {
      const tags = new Tags();
      assert.equal(yield* notify(host, tags, new Set(['NOTIFY'])), true);
      return yield* heard(1, tags);
    });
    assert.deepEqual(news, [{ kind: 'overflow' }]);
  });

  it('is not asked for where it is not offered, and a refusal is no failure', async () => {
    assert.equal(await everySplit('', () => notify(host, new Tags(), new Set(['IDLE']))), false);
    const text = `C: A0001 NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) (PERSONAL (MessageNew MessageExpunge FlagChange MailboxName))\nS: A0001 BAD no\n`;
    assert.equal(await everySplit(text, () => notify(host, new Tags(), new Set(['NOTIFY']))), false);
  });
});
