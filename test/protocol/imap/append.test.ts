// Filing messages: octet for octet, with flags and dates; nothing goes out that the server did not ask for or offer to take.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { WireName } from '../../../src/model/ids.ts';
import { append, type Filed, type Outgoing } from '../../../src/protocol/imap/append.ts';
import { appendLimit } from '../../../src/protocol/imap/append-limit.ts';
import { create } from '../../../src/protocol/imap/create.ts';
import { formatInternalDate, parseInternalDate } from '../../../src/protocol/imap/internal-date.ts';
import { uidSearchMessageId } from '../../../src/protocol/imap/search.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

const SENT = 'Sent' as WireName;
const CHINESE = '&XfJT0ZAB-' as WireName;

/** A message of one field, in pieces. */
function message(subject: string, flags: readonly string[] = [], received: number | null = null): Outgoing {
  const octets = Buffer.from(`Subject: ${subject}\r\n\r\n`);
  return { octets: octets.length, from: () => pieces(octets), flags, received };
}

async function* pieces(octets: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += 5) yield octets.subarray(at, at + 5);
}

/** Files them and returns where they lie. */
function* filed(
  messages: readonly Outgoing[],
  words: readonly string[] = [],
  to: WireName = SENT,
  tags: Tags = new Tags(),
  limit: number | null = null,
): Dialogue<(Filed | null)[]> {
  const places: (Filed | null)[] = [];
  const capabilities = new Set(words);
  yield* append(host, tags, to, messages, { capabilities, limit, filed: (_, place) => places.push(place) });
  return places;
}

describe('APPEND', () => {
  it('files a message with flags and date, and several at once', async () => {
    const places = await everySplit(transcript('imap/dovecot-append'), function* () {
      const tags = new Tags();
      const one = message('a', ['\\Seen', '\\Recent'], Date.UTC(1996, 6, 17, 2, 44, 25));
      const two = message('b', ['\\Seen', '$Forwarded'], Date.UTC(2024, 1, 7, 8, 9, 10));
      return [
        yield* filed([one], ['MULTIAPPEND'], SENT, tags),
        yield* filed([two, message('c')], ['MULTIAPPEND'], SENT, tags),
      ];
    });
    const validity = 1719800002;
    assert.deepEqual(places, [
      [{ validity, uid: 5 }],
      [
        { validity, uid: 6 },
        { validity, uid: 7 },
      ],
    ]);
  });

  it('does not wait where LITERAL+ spares it, and does not miss an APPENDUID', async () => {
    const places = await everySplit(transcript('imap/gmail-append-unasked'), () =>
      filed([message('a', ['\\Seen']), message('b')], ['LITERAL+'], '[Gmail]/&XfJT0ZAB-' as WireName),
    );
    assert.deepEqual(places, [{ validity: 12, uid: 5 }, null]);
  });

  it('waits for the go-ahead with what is too long to be sent in vain', () => {
    for (const [octets, words, unasked] of [
      [65_536, ['LITERAL+'], true],
      [65_537, ['LITERAL+'], false],
      [4096, ['LITERAL-'], true],
      [4097, ['LITERAL-'], false],
      [4096, ['IMAP4REV2'], true],
      [10, [], false],
    ] as const) {
      const large: Outgoing = { ...message('a'), octets };
      const { sent } = hangUpAfter(filed([large], words), []);
      assert.equal(sent.includes(`{${octets}${unasked ? '+' : ''}}\r\n`), true, sent);
    }
  });

  it('refused instead of asked for sends nothing of the message', async () => {
    const error = await refusalOf(transcript('imap/append-refused'), () => filed([message('a')]));
    assert.deepEqual([error.kind, error.code, error.phase], ['busy', 'OVERQUOTA', 'append']);
    assert.equal(error.message, 'IMAP APPEND to "Sent" refused by imap.example: Quota exceeded');
    const { sent } = hangUpAfter(filed([message('a')]), [Buffer.from('A0001 NO [OVERQUOTA] full')]);
    assert.equal(sent, 'A0001 APPEND "Sent" () {14}\r\n');
  });

  it('makes a folder that is not there, once', async () => {
    const text = transcript('imap/append-trycreate');
    assert.deepEqual(await everySplit(text, () => filed([message('a')], [], CHINESE)), [null]);
    const again = `C: A0001 APPEND "Sent" () {14}\nS: A0001 NO [TRYCREATE] no\nC: A0002 CREATE "Sent"\nS: A0002 OK\nC: A0003 APPEND "Sent" () {14}\nS: A0003 NO [TRYCREATE] no\n`;
    const error = await refusalOf(again, () => filed([message('a')]));
    assert.equal(error.code, 'TRYCREATE');
  });

  it('sends nothing of a message that the folder does not take', () => {
    const { outcome, sent } = hangUpAfter(filed([message('a')], [], SENT, new Tags(), 13), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, sent], ['message', 'never', '']);
  });

  it('ends where the octets are not as many as was said: what follows would be taken for commands', async () => {
    const text = 'C: A0001 APPEND "Sent" () {15}\nS: + go\n';
    for (const octets of [13, 15]) {
      const wrong: Outgoing = { ...message('a'), octets };
      await assert.rejects(play(text.replace('15', String(octets)), filed([wrong])), { kind: 'storage' });
    }
  });

  for (const code of [
    'APPENDUID 0 5',
    'APPENDUID 7 5:6',
    'APPENDUID 7 4294967296',
    'APPENDUID',
    'APPENDUID x y',
  ])
    it(`believes no [${code}] for one message`, async () => {
      const text = `C: A0001 APPEND "Sent" () {14+}\nC: Subject: a\nC:\nC:\nS: A0001 OK [${code}] done\n`;
      assert.deepEqual(await everySplit(text, () => filed([message('a')], ['LITERAL+'])), [null]);
    });
});

describe('APPENDLIMIT', () => {
  const ask = (...words: string[]) => appendLimit(host, new Tags(), new Set(words), CHINESE);
  it('is told for all folders, or asked for one', async () => {
    assert.equal(await everySplit('', () => ask('APPENDLIMIT=35651584')), 35_651_584);
    assert.equal(await everySplit('', () => ask('IMAP4REV1')), null);
    const text = (answer: string): string =>
      `C: A0001 STATUS "&XfJT0ZAB-" (APPENDLIMIT)\nS: * STATUS "&XfJT0ZAB-" (${answer})\nS: A0001 OK\n`;
    assert.equal(await everySplit(text('APPENDLIMIT 257890'), () => ask('APPENDLIMIT')), 257_890);
    assert.equal(await everySplit(text('APPENDLIMIT NIL'), () => ask('APPENDLIMIT')), null);
    assert.equal(await everySplit(text(''), () => ask('APPENDLIMIT')), null);
    const refused = 'C: A0001 STATUS "&XfJT0ZAB-" (APPENDLIMIT)\nS: A0001 BAD unknown item\n';
    assert.equal(await everySplit(refused, () => ask('APPENDLIMIT')), null);
  });
});

describe('CREATE', () => {
  const made = (...words: string[]) => create(host, new Tags(), new Set(words), SENT, '\\Sent');
  it('says what the folder is for where that is borne', async () => {
    await everySplit('C: A0001 CREATE "Sent"\nS: A0001 OK\n', () => made());
    const text = 'C: A0001 CREATE "Sent" (USE (\\\\Sent))\nS: A0001';
    await everySplit(`${text} OK\n`, () => made('CREATE-SPECIAL-USE'));
    await everySplit(`${text} NO [USEATTR] no\nC: A0002 CREATE "Sent"\nS: A0002 OK\n`, () =>
      made('CREATE-SPECIAL-USE'),
    );
  });
  it('of one that is there is well', () =>
    everySplit('C: A0001 CREATE "Sent"\nS: A0001 NO [ALREADYEXISTS] there\n', () => made()));
  it('refused says so', async () => {
    const error = await refusalOf('C: A0001 CREATE "Sent"\nS: A0001 NO [CANNOT] no\n', () => made());
    assert.equal(error.message, 'IMAP CREATE "Sent" refused by imap.example: no');
  });
});

describe('UID SEARCH by Message-ID', () => {
  it('gathers what was found from whatever is answered', async () => {
    const found = await everySplit(transcript('imap/search-hostile'), () =>
      uidSearchMessageId(host, new Tags(), '<one@example.org>'),
    );
    assert.deepEqual(found, [7, 8, 12, 7456, 4_294_967_295]);
  });

  it('refused finds nothing, and is no failure', async () => {
    for (const answer of ['NO [SERVERBUG] no', 'BAD UID SEARCH invalid argument']) {
      const text = `C: A0001 UID SEARCH HEADER Message-ID "<a \\\\"b\\\\"@x>"\nS: A0001 ${answer}\n`;
      assert.deepEqual(await everySplit(text, () => uidSearchMessageId(host, new Tags(), '<a "b"@x>')), []);
    }
  });
});

describe('INTERNALDATE', () => {
  it('is written as it is read', () => {
    for (const ms of [0, Date.UTC(2024, 1, 29, 23, 59, 59), Date.UTC(1996, 6, 7)]) {
      assert.equal(parseInternalDate(formatInternalDate(ms)), ms);
    }
    assert.equal(formatInternalDate(Date.UTC(1996, 6, 7, 2, 4, 5, 999)), ' 7-Jul-1996 02:04:05 +0000');
  });
});
