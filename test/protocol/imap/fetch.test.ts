import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { UidValidity } from '../../../src/model/ids.ts';
import type { Came, Dialogue, Sink } from '../../../src/protocol/dialogue.ts';
import { PIPELINING } from '../../../src/protocol/imap/exchange.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { fetched, fetchedTogether, host, Received } from './received.ts';
import type { Outcome } from './received.ts';

function came(name: string, set: string): Promise<Outcome> {
  return everySplit(transcript(`imap/${name}`), () => fetched(set));
}

describe('UID FETCH of bodies', () => {
  for (const [name, set, uids, abandoned] of [
    ['exchange-uid-after-body', '84,85', [84, 85], 0],
    ['exchange-ok-without-a-body', '20004', [], 0],
    ['yandex-section-without-a-value', '3016:3017', [3017], 0],
    ['courier-number-zero', '16334', [16334], 0],
    ['gmail-two-empty-literals', '7', [7], 0],
    ['gmail-body-as-string', '1:3', [1], 0],
    ['proton-fetch-inside-a-fetch', '7,9', [7], 2],
    ['gmx-body-like-a-reply', '1', [1], 0],
    ['nextcloud-no-uid', '4', [4], 0],
    ['nextcloud-no-uid-two-bodies', '4', [], 2],
    ['nextcloud-no-uid-of-two', '4,6', [], 1],
    ['mailkit-one-uid-twice', '4', [4], 1],
    ['literal-forms', '1:4', [1, 2, 3, 4], 0],
    ['arcor-empty-message', '1:2', [1], 1],
    ['domino-parentheses', '14935', [14935], 0],
  ] as const) {
    it(`completes ${JSON.stringify(uids)} of ${set}, as in ${name}`, async () => {
      const outcome = await came(name, set);
      assert.deepEqual(
        [outcome.uids, outcome.completed, outcome.abandoned, outcome.refusal, outcome.open],
        [uids, uids.length, abandoned, null, 0],
      );
    });
  }

  it('takes a quoted body as it stands, and NIL for none', async () => {
    const { bodies } = await came('gmail-body-as-string', '1:3');
    assert.deepEqual(
      bodies.map(({ text }) => text),
      ['Subject: "quoted" \\o/'],
    );
  });

  it('waits until a quoted body is taken, and fails where the sink does', async () => {
    const text =
      'C: A0001 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] "x")\nS: A0001 OK\n';
    const order: string[] = [];
    class Slow extends Received {
      override begin(): Sink {
        const sink = super.begin();
        return {
          ...sink,
          write: async () => {
            await new Promise(setImmediate);
            order.push('written');
            throw new MailError({ kind: 'storage', retry: 'later', message: 'disk full' });
          },
        };
      }
      override abandon(): void {
        order.push('abandoned');
      }
    }
    await assert.rejects(play(text, fetched('1', undefined, new Slow())), /disk full/);
    assert.deepEqual(order, ['written']); // the player does not throw into a dialogue; net/converse does
  });

  it('keeps bodies apart from whatever they say', async () => {
    const { bodies } = await came('gmx-body-like-a-reply', '1');
    assert.match(bodies[0]?.text ?? '', /^X-Spam-Flag: NO\r\n\r\n\)\r\nA0001 OK done\r\n\* BYE/);
  });

  it('joins flags and date that came apart from the body', async () => {
    const { bodies } = await came('mailkit-one-uid-twice', '4');
    assert.deepEqual(bodies[0]?.facts, { flags: ['\\Flagged'], received: Date.UTC(2024, 6, 1, 10) });
  });

  it('takes nonsense for no date', async () => {
    const { bodies } = await came('domino-parentheses', '14935');
    assert.deepEqual(bodies[0]?.facts, { flags: ['\\Seen'], received: null });
  });

  for (const [name, set, uids, refusal] of [
    ['gmail-over-quota', '1:3', [1], ['busy', 'later', 'OVERQUOTA']],
    ['arcor-server-bug-mid-fetch', '1:2', [1], ['refused', 'later', 'SERVERBUG']],
    ['exchange-throttled', '1', [], ['busy', 'later', undefined]],
  ] as const) {
    it(`keeps what came before a refusal, and returns the refusal, as in ${name}`, async () => {
      const outcome = await came(name, set);
      assert.deepEqual([outcome.uids, outcome.refusal, outcome.open], [uids, refusal, 0]);
    });
  }

  for (const [name, set, kind, retry] of [
    ['dovecot-body-longer-than-announced', '5:6', 'protocol', 'now'],
    ['dovecot-body-longer-on-one-line', '6', 'protocol', 'now'],
    ['bye-in-a-fetch', '1:2', 'closed', 'now'],
    ['exchange-server-unavailable', '1:2', 'closed', 'later'],
    ['validity-changes-in-a-fetch', '1:2', 'protocol', 'now'],
  ] as const) {
    it(`ends with ${kind}, and leaves no sink open, as in ${name}`, async () => {
      const all: Received[] = [];
      const error = await refusalOf(transcript(`imap/${name}`), () => {
        const received = new Received();
        all.push(received);
        return fetched(set, 5 as UidValidity, received);
      });
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'fetch']);
      for (const received of all) {
        assert.equal(received.open, 0);
        const wanted = name.startsWith('dovecot') ? set.includes(':') : true;
        assert.equal(received.bodies.length, wanted ? 1 : 0);
      }
    });
  }

  for (const literal of ['{536870913}', '{4294967295}', '{99999999999999999999}', '{-1}', '~{-1}'])
    it(`refuses a body of ${literal}`, async () => {
      const text = `C: A0001 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] ${literal}\n`;
      assert.equal((await refusalOf(text, () => fetched('1'))).kind, 'protocol');
    });

  it('refuses other literals of more than 1 MB, and endless rows of small ones', async () => {
    const start = 'C: A0001 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])\n';
    const big = `${start}S: * 1 FETCH (UID 1 BODY[HEADER] {1048577}\n`;
    assert.equal((await refusalOf(big, () => fetched('1'))).kind, 'protocol');
    const rows = Array.from({ length: 1500 }, () => [Buffer.from('* 1 FETCH (UID 1 X {900}'), 900]).flat();
    const { outcome } = hangUpAfter(fetched('1'), rows);
    assert.ok(outcome instanceof MailError);
    assert.match(outcome.message, /announced a (literal|response) of/);
  });

  it('passes over literals that are not bodies, and bodies that are not at the top', async () => {
    const text =
      'C: A0001 UID FETCH 1 (UID FLAGS INTERNALDATE BODY.PEEK[])\n' +
      'S: * 1 FETCH (UID 1 X (A BODY[] {3}\nS> abc\nS: ) Y {3}\nS> )\\r\\n\nS: )\n' +
      'S: * 1 FETCH (UID 1 BODY[] {1}\nS> a\nS:  BODY[] {1}\nS> b\nS: )\n' +
      'S: * 1 FETCH UID 1\nS: * X FETCH (UID 1)\nS: A0001 OK\n';
    const { uids, abandoned, open } = await everySplit(text, () => fetched('1'));
    assert.deepEqual([uids, abandoned, open], [[], 3, 0]);
  });

  it('abandons the body that was under way when the connection is lost', () => {
    const received = new Received();
    const dialogue = fetched('1', undefined, received);
    const lines = ['* 1 FETCH (UID 1 BODY[] {100}'];
    assert.throws(() => drive(dialogue, lines), { kind: 'closed', phase: 'fetch' });
    assert.deepEqual([received.abandoned, received.open], [1, 0]);
  });
});

/** Gives lines, and then the loss of the connection. */
function drive(dialogue: Dialogue<unknown>, lines: string[]): void {
  let next: Came;
  for (;;) {
    const step = dialogue.next(next);
    if (step.done === true) return;
    next = undefined;
    if (step.value.want === 'send') continue;
    const text = step.value.want === 'line' ? lines.shift() : undefined;
    if (text === undefined) {
      dialogue.throw(new MailError({ kind: 'closed', retry: 'now', message: 'gone' }));
      return;
    }
    next = Buffer.from(text);
  }
}

describe('several UID FETCHes of bodies', () => {
  const sent =
    'C: A0001 UID FETCH 1:2 (UID FLAGS INTERNALDATE BODY.PEEK[])\n' +
    'C: A0002 UID FETCH 3 (UID FLAGS INTERNALDATE BODY.PEEK[])\n';

  it('get each what they asked for, by the UID alone, wherever it stands', async () => {
    const text =
      `${sent}S: * 3 FETCH (BODY[] {1}\nS> c\nS:  UID 3)\nS: * 2 FETCH (UID 2 BODY[] {1}\nS> b\nS: )\n` +
      'S: A0002 OK\nS: * 1 FETCH (BODY[] {1}\nS> a\nS:  UID 1)\nS: A0001 NO [SERVERBUG] what\n';
    const all: Received[] = [];
    const ends = await everySplit(text, () => {
      all.push(new Received());
      return fetchedTogether(['1:2', '3'], all.at(-1) ?? new Received(), 2);
    });
    assert.deepEqual(
      ends.map(({ completed, refusal }) => [completed, refusal?.code]),
      [
        [1, undefined],
        [2, 'SERVERBUG'],
      ],
    );
    for (const { bodies, open } of all)
      assert.deepEqual([bodies.map(({ uid, text: body }) => `${uid}${body}`), open], [['3c', '2b', '1a'], 0]);
  });

  for (const [what, said] of [
    ['a body without its UID', '* 3 FETCH (BODY[] {1}\nS> c\nS: )'],
    ['a BAD', 'A0002 BAD one at a time'],
  ])
    it(`end with ${what}, and the host is to get one at a time`, async () => {
      const error = await refusalOf(`${sent}S: ${said}\n`, () =>
        fetchedTogether(['1:2', '3'], new Received(), 2),
      );
      assert.deepEqual([error.kind, error.retry, error.avoid], ['protocol', 'now', PIPELINING]);
    });
});

describe('UID FETCH of a listing', () => {
  const rows = (name: string, set: string) =>
    everySplit(transcript(`imap/${name}`), () => uidFetchList(host, new Tags(), set));

  it('counts a row for each UID, whatever is expunged in between', async () => {
    const found = await rows('dovecot-expunge-in-fetch', '1:5');
    assert.deepEqual(
      found.map(({ uid }) => uid),
      [1, 2, 5],
    );
  });

  it('takes a NO that only tells that some are gone for an OK', async () => {
    assert.equal((await rows('dovecot-expunge-issued', '1:9')).length, 1);
  });

  it('reads odd modseqs and sizes for what they are: nothing', async () => {
    const found = await rows('zoho-odd-modseq', '1:2');
    assert.deepEqual(
      found.map(({ uid, size }) => [uid, size]),
      [
        [1, 100],
        [2, null],
      ],
    );
  });

  it('leaves out what was not asked for, and joins what was told in parts', async () => {
    const text =
      'C: A0001 UID FETCH 101:200 (UID FLAGS RFC822.SIZE INTERNALDATE)\n' +
      'S: * 60 FETCH (UID 100 FLAGS () RFC822.SIZE 1)\n' +
      'S: * 61 FETCH (UID 101 RFC822.SIZE 5 INTERNALDATE "bad")\n' +
      'S: * 61 FETCH (UID 101 FLAGS (\\\\Seen "quoted" (list) two\\xe9 NIL))\n' +
      'S: * 62 FETCH (UID 0)\nS: * 62 FETCH (UID 4294967296)\nS: * 62 FETCH (UID -1)\nS: * 62 FETCH ()\n' +
      'S: * 62 FETCH (UID 102 FLAGS (\nS: * 62 FETCH (UID 103) junk\nS: * 62 FETCH (UID 104 ENVELOPE ("a\\\\"))\n' +
      'S: A0001 OK\n';
    const found = await everySplit(text, () => uidFetchList(host, new Tags(), '101:200'));
    assert.deepEqual(found, [{ uid: 101, flags: ['\\Seen', 'quoted', 'twoé'], size: 5, received: null }]);
  });

  it('refused is an error even after some rows: a part is no listing', async () => {
    const text =
      'C: A0001 UID FETCH 1:9 (UID FLAGS RFC822.SIZE INTERNALDATE)\nS: * 1 FETCH (UID 1)\nS: A0001 NO nope\n';
    const error = await refusalOf(text, () => uidFetchList(host, new Tags(), '1:9'));
    assert.deepEqual([error.kind, error.retry, error.phase], ['refused', 'later', 'fetch']);
  });

  it('gets through nested lists of any depth without falling over', async () => {
    const deep = '('.repeat(100_000);
    const text = `C: A0001 UID FETCH 1 (UID FLAGS RFC822.SIZE INTERNALDATE)\nS: * 1 FETCH (UID 1 X ${deep})\nS: A0001 OK\n`;
    assert.deepEqual(await play(text, uidFetchList(host, new Tags(), '1')), []);
  });
});
