// What changed since the last time, as servers tell it, and as they get it wrong.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UidValidity, WireName } from '../../../src/model/ids.ts';
import { allUids } from '../../../src/protocol/imap/esearch.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { inOrder, sizeOf, without } from '../../../src/protocol/imap/sequence-set.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

const INBOX = 'INBOX' as WireName;
const open = (name: string, validity: number) =>
  everySplit(transcript(`imap/${name}`), () =>
    examine(host, new Tags(), INBOX, null, { since: { validity: validity as UidValidity, modseq: '20' } }),
  );

describe('EXAMINE with QRESYNC', () => {
  it('tells what vanished before, and which messages are new or have other flags', async () => {
    const { exists, changed } = await open('dovecot-qresync', 1_700_000_001);
    assert.equal(exists, 3);
    assert.deepEqual(changed?.vanished, [
      { from: 4, to: 4 },
      { from: 6, to: 7 },
    ]);
    assert.deepEqual(
      changed?.rows.map(({ uid, flags }) => [uid, flags]),
      [
        [5, ['\\Seen']],
        [8, []],
      ],
    );
  });

  it('whose VANISHED cannot be read tells nothing of what vanished', async () => {
    const { changed } = await open('icloud-vanished-malformed', 7);
    assert.equal(changed?.vanished, null);
  });
});

describe('UID FETCH with CHANGEDSINCE', () => {
  it('keeps all digits, and leaves out what was not asked for', async () => {
    const rows = await everySplit(transcript('imap/zoho-changed-since'), () =>
      uidFetchList(host, new Tags(), '1:99', undefined, { since: '1706092971947030001' }),
    );
    assert.deepEqual(
      rows.map(({ uid, flags }) => [uid, flags]),
      [
        [1, ['\\Seen']],
        [7, ['\\Flagged']],
      ],
    );
  });
});

describe('a listing with a limit', () => {
  it('goes on below the UID where the server stopped, and reads UIDFETCH', async () => {
    const rows = await everySplit(transcript('imap/yahoo-message-limit'), () =>
      uidFetchList(host, new Tags(), '1:4294967295'),
    );
    assert.deepEqual(
      rows.map(({ uid, size }) => [uid, size]),
      [
        [40, 400],
        [30, 300],
        [20, 200],
      ],
    );
  });

  it('that does not move is refused: a part is no listing', async () => {
    const error = await refusalOf(transcript('imap/yahoo-message-limit-stuck'), () =>
      uidFetchList(host, new Tags(), '1:9'),
    );
    assert.equal(error.code, 'MESSAGELIMIT');
  });
});

describe('a search for all UIDs', () => {
  it('is read as ranges, however it is answered', async () => {
    const found = await everySplit(transcript('imap/dovecot-esearch'), () => allUids(host, new Tags()));
    assert.equal(sizeOf(found ?? []), 5);
    assert.deepEqual(
      await everySplit(transcript('imap/cyrus-search-for-esearch'), () => allUids(host, new Tags())),
      [
        { from: 3, to: 3 },
        { from: 7, to: 8 },
      ],
    );
  });

  it('tells nothing where it is refused, silent, partial or not by UID', async () => {
    const rows: [string, unknown][] = [
      ['S: A0001 NO [SERVERBUG] no', null],
      ['S: A0001 OK', null],
      ['S: * ESEARCH (TAG "A0001") ALL 1:3\nS: A0001 OK', null],
      ['S: * ESEARCH (TAG "A0001") UID ALL 1:3\nS: A0001 OK [MESSAGELIMIT 3 1] partial', null],
      ['S: * ESEARCH (TAG "A0001") UID ALL 0:3\nS: A0001 OK', null],
      ['S: * ESEARCH (TAG "A0001") UID\nS: A0001 OK', []],
    ];
    for (const [answer, found] of rows) {
      const text = `C: A0001 UID SEARCH RETURN (ALL) ALL\n${answer}\n`;
      assert.deepEqual(await everySplit(text, () => allUids(host, new Tags())), found, answer);
    }
  });
});

describe('ranges of UIDs', () => {
  it('can be taken from one another', () => {
    const ranges = (text: string) =>
      inOrder(
        text
          .split(',')
          .filter(Boolean)
          .map((part) => {
            const [from = 0, to = from] = part.split(':').map(Number);
            return { from, to };
          }),
      );
    const rows: [string, string, string][] = [
      ['1:10', '', '1:10'],
      ['1:10', '3,5:6', '1:2,4,7:10'],
      ['1:10', '1:10', ''],
      ['1:10', '1,10:20', '2:9'],
      ['1:3,5:9', '2:7', '1,8:9'],
      ['4,8', '1:3,5:7,9', '4,8'],
      ['1:3,5:7', '3:5', '1:2,6:7'],
    ];
    for (const [all, less, left] of rows)
      assert.deepEqual(without(ranges(all), ranges(less)), ranges(left), `${all} without ${less}`);
  });
});
