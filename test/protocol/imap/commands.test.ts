import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { WireName } from '../../../src/model/ids.ts';
import type { Folder } from '../../../src/model/mailbox.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import { id } from '../../../src/protocol/imap/id.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { logout } from '../../../src/protocol/imap/logout.ts';
import { noop } from '../../../src/protocol/imap/noop.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host, identity } from './received.ts';

const INBOX = 'INBOX' as WireName;

function listed(name: string): Promise<Folder[]> {
  return everySplit(transcript(`imap/${name}`), () => list(host, new Tags()));
}

describe('EXAMINE', () => {
  it('says who we are when NetEase calls the login unsafe, and tries again on the same connection', async () => {
    for (const name of ['163-unsafe-login', '163-update-your-client']) {
      const state = await everySplit(transcript(`imap/${name}`), () =>
        examine(host, new Tags(), INBOX, identity),
      );
      assert.equal(state.validity, 1);
    }
  });

  it('tries that once, and then tells the person', async () => {
    const error = await refusalOf(transcript('imap/163-unsafe-login-stays'), () =>
      examine(host, new Tags(), INBOX, identity),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['refused', 'later', 'examine']);
    assert.equal(
      error.message,
      'IMAP EXAMINE "INBOX" refused by imap.example: EXAMINE Unsafe Login. Please contact kefu@188.com for help',
    );
    assert.match(error.hint ?? '', /授权码/);
  });

  it('sends no ID where there is none to send', async () => {
    const text = 'C: A0001 EXAMINE "INBOX"\nS: A0001 NO EXAMINE Unsafe Login.\n';
    const error = await refusalOf(text, () => examine(host, new Tags(), INBOX));
    assert.equal(error.kind, 'refused');
  });

  for (const [name, state] of [
    ['zimbra-exists-in-steps', { validity: 1, exists: 1623, uidNext: 20000, modseq: null }],
    ['smartermail-zeros', { validity: 0, exists: 3, uidNext: null, modseq: null }],
    ['xeams-says-nothing', { validity: 0, exists: null, uidNext: null, modseq: null }],
  ] as const) {
    it(`takes what is told, and the last of it, as in ${name}`, async () => {
      const text = transcript(`imap/${name}`);
      assert.deepEqual(await everySplit(text, () => examine(host, new Tags(), INBOX)), state);
    });
  }

  it('takes a UIDVALIDITY or UIDNEXT that is no number of 32 bits for none', async () => {
    for (const nonsense of ['4294967296', '-5', 'abc', '', '0']) {
      const text = `C: A0001 EXAMINE "INBOX"\nS: * OK [UIDVALIDITY ${nonsense}]\nS: * OK [UIDNEXT ${nonsense}]\nS: A0001 OK\n`;
      const { validity, uidNext } = await everySplit(text, () => examine(host, new Tags(), INBOX));
      assert.deepEqual([validity, uidNext], [0, null]);
    }
  });

  it('forgets what was told before the last folder was closed', async () => {
    const text =
      'C: A0001 EXAMINE "INBOX"\nS: * 9 EXISTS\nS: * OK [CLOSED] x\nS: * 1 EXISTS\nS: A0001 OK [READ-ONLY]\n';
    const { exists } = await everySplit(text, () => examine(host, new Tags(), INBOX));
    assert.equal(exists, 1);
  });

  it('opens a folder by the octets that LIST gave, even where they are encoded wrongly', async () => {
    await everySplit(transcript('imap/yandex-wrong-utf7'), function* () {
      const tags = new Tags();
      const [first, second] = yield* list(host, tags);
      assert.deepEqual([first?.name, first?.delimiter], ['Абв&где', '|']);
      assert.equal(second?.name, 'Отправленные');
      yield* examine(host, tags, '&BBAEMQQyACYEMwQ0BDU-' as WireName);
    });
  });

  it('quotes names that need it, and sends those with line ends as literals', async () => {
    const cases: [string, string][] = [
      ['a "b" \\c%*', 'C: A0001 EXAMINE "a \\\\"b\\\\" \\\\\\\\c%*"\nS: A0001 OK\n'],
      ['a\r\nA2 DELETE x', 'C: A0001 EXAMINE {14}\nS: + go\nC: a\\r\\nA2 DELETE x\nS: A0001 OK\n'],
      ['', 'C: A0001 EXAMINE ""\nS: A0001 OK\n'],
    ];
    for (const [wire, text] of cases)
      await everySplit(text, () => examine(host, new Tags(), wire as WireName));
    const error = await refusalOf('', () => examine(host, new Tags(), 'a\0b' as WireName));
    assert.equal(error.kind, 'refused');
  });

  it('refused names the folder as people read it', async () => {
    const text = 'C: A0001 EXAMINE "&W6JiNw-"\nS: A0001 NO [NONEXISTENT] Unknown Mailbox\n';
    const error = await refusalOf(text, () => examine(host, new Tags(), '&W6JiNw-' as WireName));
    assert.equal(error.message, 'IMAP EXAMINE "客户" refused by imap.example: Unknown Mailbox');
    assert.equal(error.code, 'NONEXISTENT');
  });
});

describe('ID', () => {
  it('refused is no error', async () => {
    const text = transcript('imap/163-unknown-command');
    assert.equal(await everySplit(text, () => id(host, new Tags(), identity)), null);
  });

  it('answered by an untagged BAD and silence ends soon, and is to be avoided', async () => {
    const error = await refusalOf(transcript('imap/qq-unknown-command'), () =>
      id(host, new Tags(), identity),
    );
    assert.deepEqual([error.kind, error.retry, error.avoid], ['protocol', 'now', 'ID']);
    assert.match(error.message, /untagged BAD and silence: Command!/);
  });

  it('leaves out what is not printable', async () => {
    const text = 'C: A0001 ID ("name" "a\\"bc")\nS: A0001 OK\n';
    await everySplit(text, () => id(host, new Tags(), { name: 'a"b\r\n客c' }));
  });
});

describe('LIST', () => {
  it('reads what servers make of names, and keeps their octets', async () => {
    const folders = await listed('list-hostile');
    assert.deepEqual(
      folders.map(({ name }) => name),
      [
        'INBOX',
        'INBOX.ARCH',
        'Исходящие',
        'INBOX.Entwürfe',
        '[FolderName]',
        'Root/Folder/Subfolder()',
        'NIL',
        'no delimiter',
        'mail/',
        '/INBOX',
        'a"b\\c',
        'a"b',
        'back\\',
        '☺',
        '&&',
        '\u{1f449}',
        '&2D0-',
        '../../etc/cron.d/x',
        'extended',
        'atom',
        'back\\slash',
      ],
    );
    assert.deepEqual(
      folders.slice(0, 4).map(({ attributes }) => attributes),
      [['\\HasNoChildren'], ['\\HasNoChildren'], ['\\HasNoChildren'], ['\\HasNoChildren']],
    );
    assert.equal(folders[2]?.wire, Buffer.from('Исходящие').toString('latin1'));
    assert.equal(folders[13]?.wire, '&Jjo');
    assert.deepEqual(
      [folders[6]?.delimiter, folders[7]?.delimiter, folders[20]?.delimiter],
      [null, null, '\\'],
    );
  });

  it('takes the rest of the line where a name has TABs, spaces or parentheses', async () => {
    const folders = await listed('exchange-tabs-in-a-name');
    assert.deepEqual(
      folders.map(({ wire }) => wire),
      ['INBOX', 'INBOX/Da\tOggetto\tRicevuto\tDimensione\tCategorie\t', 'NYC (work, June)', 'Trailing'],
    );
    assert.equal(folders[1]?.name, 'INBOX/Da Oggetto Ricevuto Dimensione Categorie ');
  });

  it('never shows two folders by the same name', async () => {
    const folders = await listed('list-names-that-look-alike');
    const names = folders.map(({ name }) => name);
    assert.deepEqual([names[0], names[1], names[2], names[4]], ['INBOX', '&AGEAYg-', 'ab', '客户']);
    assert.equal(new Set(names).size, 5);
  });

  it('without a single folder is an error: an empty account has its INBOX', async () => {
    const error = await refusalOf(transcript('imap/list-empty'), () => list(host, new Tags()));
    assert.deepEqual([error.kind, error.retry], ['protocol', 'later']);
  });

  it('refused by Exchange for now is busy', async () => {
    const error = await refusalOf(transcript('imap/exchange-not-connected'), () => list(host, new Tags()));
    assert.deepEqual([error.kind, error.retry], ['busy', 'later']);
  });

  it('answered by an alert and silence ends soon, and tells the alert', async () => {
    const error = await refusalOf(transcript('imap/interia-untagged-bad'), () => list(host, new Tags()));
    assert.deepEqual([error.kind, error.retry, error.avoid], ['protocol', 'now', 'LIST']);
    assert.match(error.message, /enable IMAP access/);
  });
});

describe('a simple IMAP command', () => {
  for (const name of ['mailkit-warnings-before-ok', 'stale-tags', 'exchange-line-without-a-star']) {
    it(`gets through what is not its answer, as in ${name}`, async () => {
      await everySplit(transcript(`imap/${name}`), () => noop(host, new Tags()));
    });
  }

  it('ends where a server sends on and on', () => {
    const flood = Array.from({ length: 20_000 }, () => Buffer.from('+ and so on'));
    const { outcome } = hangUpAfter(noop(host, new Tags()), flood);
    assert.ok(outcome instanceof MailError);
    assert.equal(outcome.kind, 'protocol');
  });

  it('is not believed where the answer is PREAUTH', async () => {
    const error = await refusalOf('C: A0001 NOOP\nS: A0001 PREAUTH\n', () => noop(host, new Tags()));
    assert.equal(error.kind, 'protocol');
  });
});

describe('LOGOUT', () => {
  for (const name of ['logout-silent', 'logout-tagged-bye'])
    it(`ends well, as in ${name}`, () => everySplit(transcript(`imap/${name}`), () => logout(new Tags())));

  it('does not mind that the connection is gone', () => {
    const { outcome, sent } = hangUpAfter(logout(new Tags()), []);
    assert.deepEqual([outcome, sent], [undefined, 'A0001 LOGOUT\r\n']);
  });
});
