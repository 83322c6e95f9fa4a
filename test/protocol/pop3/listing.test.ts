import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { capa } from '../../../src/protocol/pop3/capa.ts';
import { list } from '../../../src/protocol/pop3/list.ts';
import { noop } from '../../../src/protocol/pop3/noop.ts';
import { stat } from '../../../src/protocol/pop3/stat.ts';
import { uidl } from '../../../src/protocol/pop3/uidl.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';

describe('UIDL', () => {
  it('leaves out what is no name, and keeps any other octet for octet', async () => {
    const names = await everySplit(transcript('pop3/hostile-uidl'), () => uidl(host));
    assert.deepEqual(Object.fromEntries(names), {
      3: 'abc',
      4: '1064xyz',
      5: '\xe5\x8f\x91 \xff',
      7: 'u'.repeat(1024),
      8: 'tab',
      9: '../../etc/passwd', // data, never a path
      10: 'same',
      11: 'same',
      13: 'once',
    });
  });

  it('is refused for good where the server has none, and an empty LIST may be refused too', async () => {
    const text = transcript('pop3/openmail-no-uidl');
    const error = await refusalOf(text.split('C: LIST')[0] ?? '', () => uidl(host));
    assert.equal(error.kind, 'refused');
    assert.equal(error.message, 'POP3 UIDL refused by pop.example: unknown command');
    assert.equal(error.phase, 'uidl');
    const empty = await refusalOf(`C: LIST${text.split('C: LIST')[1] ?? ''}`, () => list(host));
    assert.equal(empty.kind, 'refused');
  });
});

describe('LIST', () => {
  it('believes no size that is none, and no number that is none', async () => {
    const sizes = await everySplit(transcript('pop3/hostile-list'), () => list(host));
    assert.deepEqual(Object.fromEntries(sizes), {
      1: 10,
      2: null,
      3: 30,
      4: null,
      5: null,
      6: 0,
      7: 70,
      8: null,
      9: null,
      10: 100,
    });
  });

  it('that comes too often is a matter of waiting', async () => {
    const error = await refusalOf(transcript('pop3/hotmail-too-often'), () => list(host));
    assert.deepEqual([error.kind, error.retry, error.phase], ['busy', 'later', 'list']);
  });

  it('that never ends is given up', () => {
    const dialogue = list(host);
    dialogue.next();
    dialogue.next();
    let step = dialogue.next(Buffer.from('+OK'));
    assert.throws(
      () => {
        const row = Buffer.from('1 1');
        while (step.done !== true) step = dialogue.next(row);
      },
      (thrown) => thrown instanceof MailError && thrown.kind === 'protocol',
    );
  });
});

describe('STAT', () => {
  for (const [answer, wanted] of [
    ['-ERR', null],
    ['-ERR [SYS/TEMP] later', null],
    ['+OK', null],
    ['+OK 7', null],
    ['+OK seven 1800662', null],
    ['+OK 7 #octets', null],
    ['+OK -1 -1', null],
    ['+OK 7 -2147483648', null],
    ['+OK 0 0', { count: 0, octets: 0 }],
    ['+OK 7 1800662', { count: 7, octets: 1800662 }],
    ['+ok\t7  1800662 and more', { count: 7, octets: 1800662 }],
    ['+OK 2 5000000000', { count: 2, octets: 5e9 }],
  ] as const) {
    it(`takes ${JSON.stringify(answer)} for ${wanted === null ? 'no hint' : wanted.count}`, async () => {
      assert.deepEqual(await everySplit(`C: STAT\nS: ${answer}\n`, () => stat(host)), wanted);
    });
  }
});

describe('CAPA', () => {
  for (const [name, answer] of [
    ['refused', 'S: -ERR Unknown command'],
    ['empty', 'S: +OK\nS: .'],
  ] as const) {
    it(`that is ${name} tells nothing`, async () => {
      assert.equal(await everySplit(`C: CAPA\n${answer}\n`, () => capa(host)), null);
    });
  }

  it('that never brings its list tells nothing, and the session goes on', async () => {
    const got = await everySplit(transcript('pop3/silent-capa'), function* () {
      const capabilities = yield* capa(host);
      yield* noop(host);
      return capabilities;
    });
    assert.equal(got?.size, 0);
  });

  it('is upper-cased and unstuffed, and its parameters are kept as sent', async () => {
    const text =
      'C: CAPA\nS: +OK\nS: sasl plain XOAUTH2 \nS:   Implementation\tOur own\nS: \nS: ..X-DOT\nS: .\n';
    const got = await everySplit(text, () => capa(host));
    assert.deepEqual(Object.fromEntries(got ?? []), {
      SASL: 'plain XOAUTH2',
      IMPLEMENTATION: 'Our own',
      '.X-DOT': '',
    });
  });

  it('that a server hangs up on is avoided on the next connection', () => {
    const { outcome } = hangUpAfter(capa(host), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.avoid], ['closed', 'now', 'CAPA']);
  });
});
