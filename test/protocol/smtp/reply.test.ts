import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { ehlo } from '../../../src/protocol/smtp/ehlo.ts';
import { greeting } from '../../../src/protocol/smtp/greeting.ts';
import { readReply } from '../../../src/protocol/smtp/reply.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { codes, host, open } from './scripted.ts';

const readMail = (): ReturnType<typeof readReply> => readReply(host, 'mail');

describe('a reply', () => {
  for (const text of [
    'hello',
    '25',
    '2500 no',
    '99 no',
    '150 no',
    '600 no',
    ' 250 no',
    '+OK',
    '250-a\nS: b\nS: 250 c',
    '\nS: \nS: 250 two empty lines',
    '250-a\nS: \nS: \nS: 250 two empty lines',
  ]) {
    it(`that reads ${JSON.stringify(text)} is none`, async () => {
      const error = await refusalOf(`S: ${text}\n`, readMail);
      assert.deepEqual([error.kind, error.phase], ['protocol', 'mail']);
    });
  }

  const replies: [text: string, code: number, enhanced: string | null, words: string][] = [
    ['250', 250, null, ''],
    ['250 ', 250, null, ''],
    ['250 ok', 250, null, 'ok'],
    ['250\tok', 250, null, 'ok'],
    ['421HL:REP', 421, null, 'HL:REP'],
    ['250 2.1.0 Ok', 250, '2.1.0', '2.1.0 Ok'],
    ['250 2.1.0', 250, '2.1.0', '2.1.0'],
    ['250 5.0.0 text', 250, null, '5.0.0 text'],
    ['250 2.1000.0 text', 250, null, '2.1000.0 text'],
    ['550-5.7.1 a\nS: 550 5.7.1 b', 550, '5.7.1', '5.7.1 a b'],
    ['550-5.7.1 a\nS: 550 b', 550, '5.7.1', '5.7.1 a b'],
    ['550-a\nS: 550 5.7.1 b', 550, '5.7.1', '5.7.1 a b'],
    ['250-\nS: 250 ok', 250, null, 'ok'],
    ['250-a\nS: \nS: 250 b', 250, null, 'a b'],
    ['\nS: 250 b', 250, null, 'b'],
    ['250-a\nS: 220 b', 220, null, 'a b'],
    ['500-a\nS: 250 b', 500, null, 'a b'],
    ['450-a\nS: 550 b', 550, null, 'a b'],
    ['550-a\nS: 450-b\nS: 250 c', 450, null, 'a b c'],
    ['535 \\xc4\\xe3\\xba\\xc3', 535, null, '你好'],
    ['535 \\x1b[31mred\\x07', 535, null, '[31mred'],
  ];
  for (const [text, code, enhanced, words] of replies) {
    it(`that reads ${JSON.stringify(text)} is ${code}`, async () => {
      const reply = await everySplit(`S: ${text}\n`, readMail);
      assert.deepEqual([reply.code, reply.enhanced, reply.text], [code, enhanced, words]);
    });
  }

  it('in lines of LF is read as well', async () => {
    assert.equal((await everySplit('S> 250-a\\n250 b\\n', readMail)).text, 'a b');
  });

  it('that never ends is given up', () => {
    const dialogue = readMail();
    let step = dialogue.next();
    assert.throws(
      () => {
        while (step.done !== true) step = dialogue.next(Buffer.from('250-more and more and more'));
      },
      (thrown) => thrown instanceof MailError && thrown.kind === 'protocol',
    );
  });

  it('of any odd shape leaves the session in step', async () => {
    const got = await everySplit(transcript('smtp/hostile-replies'), function* () {
      yield* greeting(host);
      const extensions = yield* ehlo(host, 'laptop.example');
      const people = ['a@example.org', 'b@example.org', 'c@example.org'];
      return codes(yield* open('a@example.org', people, extensions));
    });
    assert.deepEqual(got, [450, 500, 550]);
  });
});

describe('EHLO', () => {
  it('on which the server hangs up is not said on the next connection (S-010)', async () => {
    const { outcome, sent } = hangUpAfter(ehlo(host, 'laptop.example'), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, outcome.avoid], ['closed', 'ehlo', 'EHLO']);
    assert.equal(sent, 'EHLO laptop.example\r\n');
    const { esmtp } = await everySplit('C: HELO laptop.example\nS: 250 hello\n', () =>
      ehlo(host, 'laptop.example', new Set(['EHLO'])),
    );
    assert.equal(esmtp, false);
  });

  it('counts what is to be left out as not offered', async () => {
    const { keywords } = await everySplit(
      'C: EHLO laptop.example\nS: 250-x\nS: 250-PIPELINING\nS: 250-Chunking\nS: 250 DSN\n',
      () => ehlo(host, 'laptop.example', new Set(['PIPELINING', 'CHUNKING'])),
    );
    assert.deepEqual([...keywords.keys()], ['DSN']);
  });

  it('is read whatever the keywords look like', async () => {
    const { keywords, auth, size } = await everySplit(transcript('smtp/hostile-ehlo'), () =>
      ehlo(host, 'laptop.example'),
    );
    assert.deepEqual([...keywords.keys()], [
      'PIPE_CONNECT',
      '%1',
      'SIZE',
      '8BITMIME',
      'AUTH',
      'XFORWARD',
      'KEYWORD',
    ]); // prettier-ignore
    assert.deepEqual([...auth], ['LOGIN', 'PLAIN', 'CRAM-MD5', 'NTLM']);
    assert.equal(size, null);
  });

  it('knows the old form of AUTH', async () => {
    const { auth, size } = await everySplit(transcript('smtp/exchange-old-auth'), () =>
      ehlo(host, 'laptop.example'),
    );
    assert.deepEqual([[...auth], size], [['LOGIN'], 20971520]);
  });

  for (const code of [500, 501, 502, 504, 550]) {
    it(`refused by ${code} is followed by HELO`, async () => {
      const text = `C: EHLO me\nS: ${code} no\nC: HELO me\nS: 250 hello\n`;
      const extensions = await everySplit(text, () => ehlo(host, 'me'));
      assert.deepEqual([extensions.esmtp, extensions.keywords.size, extensions.size], [false, 0, null]);
    });
  }

  for (const [code, kind] of [
    [421, 'busy'],
    [450, 'busy'],
    [503, 'refused'],
    [530, 'refused'],
    [554, 'refused'],
    [220, 'protocol'],
    [354, 'protocol'],
  ] as const) {
    it(`refused by ${code} is ${kind}, without HELO`, async () => {
      const error = await refusalOf(`C: EHLO me\nS: ${code} no\n`, () => ehlo(host, 'me'));
      assert.deepEqual([error.kind, error.phase, error.code], [kind, 'ehlo', String(code)]);
    });
  }

  it('and HELO refused are the end', async () => {
    const error = await refusalOf(transcript('smtp/sendmail-helo'), () => ehlo(host, 'laptop.example'));
    assert.deepEqual(
      [error.kind, error.message],
      ['refused', 'SMTP HELO refused by smtp.example: 550 go away'],
    );
  });

  for (const name of ['', 'two words', 'a\r\nMAIL', '主机']) {
    it(`does not say ${JSON.stringify(name)}`, () => {
      const { outcome, sent } = hangUpAfter(ehlo(host, name), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.phase, sent], ['config', 'ehlo', '']);
    });
  }
});
