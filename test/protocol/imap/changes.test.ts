// What changes a folder at the server: only what was named, only by UID, and never with a command that could take more.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { UidValidity, WireName } from '../../../src/model/ids.ts';
import { uidExpunge } from '../../../src/protocol/imap/expunge.ts';
import { uidMove } from '../../../src/protocol/imap/move.ts';
import { select } from '../../../src/protocol/imap/select.ts';
import { flagList, uidStore } from '../../../src/protocol/imap/store.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host, identity } from './received.ts';

const ALL = new Set(['IMAP4REV1', 'UIDPLUS', 'MOVE']);
const INBOX = 'INBOX' as WireName;
const TRASH = 'Trash' as WireName;
const VALIDITY = 1719800000 as UidValidity;

describe('deleting at the server', () => {
  it('marks and removes the named messages, and moves one', async () => {
    const opened = await everySplit(transcript('imap/dovecot-delete'), function* () {
      const tags = new Tags();
      const opened = yield* select(host, tags, INBOX);
      yield* uidStore(host, tags, '3:4', ['\\Deleted'], opened.validity);
      yield* uidExpunge(host, tags, ALL, '3:4', opened.validity);
      yield* uidMove(host, tags, ALL, '11', TRASH, opened.validity);
      return opened;
    });
    assert.deepEqual(opened, { validity: VALIDITY, exists: 4, uidNext: 12, modseq: '22', readOnly: false });
  });

  it('gets through a MOVE whose answer is half a line, as of Exchange', () =>
    everySplit(transcript('imap/exchange-move'), () =>
      uidMove(host, new Tags(), ALL, '31', 'Deleted Items' as WireName),
    ));

  it('never sends a bare EXPUNGE, not even where there is no other', () => {
    const { outcome, sent } = hangUpAfter(uidExpunge(host, new Tags(), new Set(['IMAP4REV1']), '3'), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, sent], ['refused', 'never', '']);
  });

  it('moves nothing where the server has no MOVE', () => {
    const { outcome, sent } = hangUpAfter(uidMove(host, new Tags(), new Set(['UIDPLUS']), '3', TRASH), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, sent], ['refused', 'never', '']);
  });

  it('takes IMAP4rev2 for all of it', async () => {
    const rev2 = new Set(['IMAP4REV2']);
    await everySplit(
      'C: A0001 UID EXPUNGE 3\nS: A0001 OK\nC: A0002 UID MOVE 4 "Trash"\nS: A0002 OK\n',
      function* () {
        const tags = new Tags();
        yield* uidExpunge(host, tags, rev2, '3');
        yield* uidMove(host, tags, rev2, '4', TRASH);
      },
    );
  });

  it('ends where the UIDs mean other messages all of a sudden', async () => {
    const text =
      'C: A0001 UID STORE 3 +FLAGS.SILENT (\\\\Deleted)\nS: * OK [UIDVALIDITY 77] new\nS: A0001 OK\n';
    const error = await refusalOf(text, () => uidStore(host, new Tags(), '3', ['\\Deleted'], VALIDITY));
    assert.deepEqual([error.kind, error.retry], ['protocol', 'now']);
  });

  for (const set of ['1:*', '*', '3:4,x', '', '0'])
    it(`never names messages that it does not know: ${set}`, () => {
      assert.throws(() => uidStore(host, new Tags(), set, ['\\Deleted']).next(), RangeError);
      assert.throws(() => uidExpunge(host, new Tags(), ALL, set).next(), RangeError);
      assert.throws(() => uidMove(host, new Tags(), ALL, set, TRASH).next(), RangeError);
    });

  it('refused says which command it was', async () => {
    const text = 'C: A0001 UID MOVE 3 "&W6JiNw-"\nS: A0001 NO [TRYCREATE] No such mailbox\n';
    const error = await refusalOf(text, () => uidMove(host, new Tags(), ALL, '3', '&W6JiNw-' as WireName));
    assert.equal(error.message, 'IMAP UID MOVE to "客户" refused by imap.example: No such mailbox');
    assert.equal(error.code, 'TRYCREATE');
  });
});

describe('SELECT', () => {
  it('tells where nothing may be changed', async () => {
    const text = 'C: A0001 SELECT "INBOX"\nS: * 1 EXISTS\nS: A0001 OK [READ-ONLY] done\n';
    assert.equal((await everySplit(text, () => select(host, new Tags(), INBOX))).readOnly, true);
  });

  it('says who we are where NetEase asks for it', async () => {
    const text = transcript('imap/163-unsafe-login').replaceAll('EXAMINE', 'SELECT');
    assert.equal((await everySplit(text, () => select(host, new Tags(), INBOX, identity))).validity, 1);
  });

  it('names itself in its refusal', async () => {
    const text = 'C: A0001 SELECT "INBOX"\nS: A0001 NO [INUSE] locked\n';
    const error = await refusalOf(text, () => select(host, new Tags(), INBOX));
    assert.equal(error.message, 'IMAP SELECT "INBOX" refused by imap.example: locked');
    assert.equal(error.phase, 'select');
  });
});

describe('a list of flags', () => {
  it('holds what is a flag, and never \\Recent', () => {
    const flags = ['\\Seen', '$Forwarded', 'NonJunk', '\\Recent', 'a b', 'x)', '', '\\*', '客户', 'a"b', '%'];
    assert.equal(flagList(flags), '(\\Seen $Forwarded NonJunk)');
  });
});
