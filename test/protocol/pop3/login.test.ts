import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { greeting } from '../../../src/protocol/pop3/greeting.ts';
import { quit } from '../../../src/protocol/pop3/quit.ts';
import { stls } from '../../../src/protocol/pop3/stls.ts';
import { userPass } from '../../support/logins.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';

describe('a refused POP3 login', () => {
  const refusals: [name: string, user: string, pass: string, kind: string, retry: string, says: RegExp][] = [
    ['163-login-too-often', 'someone@163.com', 'AUTHCODE', 'busy', 'later', /登录太频繁，请稍后再试/],
    ['qq-login-refused', 'someone@qq.com', 'password', 'auth', 'later', /password is incorrect/],
    ['gmail-web-login-required', 'someone@gmail.com', 'secret', 'auth', 'never', /\[AUTH\] Application/],
    ['dovecot-in-use', 'anna', 'secret', 'busy', 'later', /\[IN-USE\]/],
    ['qpopper-locked', 'anna', 'secret', 'busy', 'later', /already locked/],
  ];
  for (const [name, user, pass, kind, retry, says] of refusals) {
    it(`as in ${name} is ${kind}`, async () => {
      const error = await refusalOf(transcript(`pop3/${name}`), () => userPass(host, user, pass));
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'auth']);
      assert.match(error.message, /^POP3 PASS refused by pop\.example: /);
      assert.match(error.message, says);
      assert.ok(error.cause instanceof Error);
    });
  }

  for (const [answer, kind, retry, code] of [
    ['-ERR', 'auth', 'never', undefined],
    ['-err authorization failed', 'auth', 'never', undefined],
    ['-ERR [AUTH] no', 'auth', 'never', 'AUTH'],
    ['-ERR [auth] no', 'auth', 'never', 'AUTH'],
    ['-ERR [SYS/PERM] mailbox gone', 'refused', 'never', 'SYS/PERM'],
    ['-ERR [SYS/TEMP/DISK] again', 'busy', 'later', 'SYS/TEMP/DISK'],
    ['-ERR [LOGIN-DELAY] 900 s', 'busy', 'later', 'LOGIN-DELAY'],
    ['-ERR [UNHEARD-OF] no', 'auth', 'never', 'UNHEARD-OF'],
    ['-ERR duplicate login!', 'busy', 'later', undefined],
    ['-ERR password wrong, try again later', 'auth', 'never', undefined],
  ] as const) {
    it(`with ${JSON.stringify(answer)} is ${kind}, and is tried again ${retry}`, async () => {
      const text = `C: USER anna\nS: +OK\nC: PASS secret\nS: ${answer}\n`;
      const error = await refusalOf(text, () => userPass(host, 'anna', 'secret'));
      assert.deepEqual([error.kind, error.retry, error.code], [kind, retry, code]);
    });
  }

  it('of Exchange, which may be throttling, is auth; whether it ever worked decides the caller', async () => {
    const error = await refusalOf(transcript('pop3/exchange-login-refused'), function* () {
      yield* greeting(host);
      yield* userPass(host, 'someone@outlook.com', 'secret');
    });
    assert.deepEqual([error.kind, error.retry], ['auth', 'never']);
  });

  it('at USER sends no password', async () => {
    const error = await refusalOf('C: USER anna\nS: -ERR no such user\n', () => userPass(host, 'anna', 'x'));
    assert.deepEqual([error.kind, error.message], ['auth', 'POP3 USER refused by pop.example: no such user']);
  });

  it('names the authorization code where the provider wants one', async () => {
    const error = await refusalOf(transcript('pop3/gmail-web-login-required'), () =>
      userPass(host, 'someone@gmail.com', 'secret'),
    );
    assert.match(error.hint ?? '', /wants an app password/);
  });

  it('by hanging up is not tried again at once', () => {
    const { outcome } = hangUpAfter(userPass(host, 'anna', 'secret'), [Buffer.from('+OK')]);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.phase], ['closed', 'later', 'auth']);
    assert.match(outcome.hint ?? '', /wrong password/);
  });

  it('never shows the password, nor lets an answer reach a terminal as it came', async () => {
    const error = await refusalOf(transcript('pop3/hostile-login-echo'), () =>
      userPass(host, 'anna', 'secret'),
    );
    assert.deepEqual([error.kind, error.phase], ['protocol', 'auth']);
    assert.doesNotMatch(error.message, /[\x00-\x1f]|secret/);
  });
});

describe('a POP3 login', () => {
  it('keeps the password out of traces', () => {
    const shown: string[] = [];
    const dialogue = userPass(host, 'anna', 'secret');
    for (let step = dialogue.next(); step.done !== true;) {
      const want = step.value;
      if (want.want === 'send') shown.push(want.shown ?? want.bytes.toString());
      step = dialogue.next(want.want === 'line' ? Buffer.from('+OK') : undefined);
    }
    assert.deepEqual(shown, ['USER anna\r\n', 'PASS ***']);
  });

  for (const [user, pass] of [
    ['', 'x'],
    ['anna', ''],
    ['anna\r\nDELE 1', 'x'],
    ['anna', 'x\n'],
    ['anna', 'x\0'],
  ] as const) {
    it(`sends nothing for ${JSON.stringify([user, pass])}`, () => {
      const { outcome, sent } = hangUpAfter(userPass(host, user, pass), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, sent], ['config', '']);
    });
  }
});

describe('a POP3 greeting', () => {
  for (const [answer, kind, retry] of [
    ['-ERR [SYS/TEMP] mailbox system down', 'busy', 'later'],
    ['-ERR [IN-USE] too many', 'busy', 'later'],
    ['-ERR POP3 server ready.', 'refused', 'later'],
    ['* OK IMAP4rev1 ready', 'protocol', 'later'],
    ['220 smtp.example ESMTP', 'protocol', 'later'],
    ['HTTP/1.1 400 Bad Request', 'protocol', 'later'],
    ['', 'protocol', 'later'],
    ['+OKAY', 'protocol', 'later'],
    ['+ERR', 'protocol', 'later'],
  ] as const) {
    it(`of ${JSON.stringify(answer)} is ${kind}`, async () => {
      const error = await refusalOf(`S: ${answer}\n`, () => greeting(host));
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'greeting']);
    });
  }

  for (const [answer, text, stamp] of [
    ['+OK', '', null],
    ['+ok\\x09ready', 'ready', null],
    ['+OK[x]', '[x]', null],
    ['+OK POP <1896.697170952@dbc.mtview.ca.us>', undefined, '<1896.697170952@dbc.mtview.ca.us>'],
    ['+OK not a stamp <1896 .6@x>', undefined, null],
    ['+OK not a stamp <\\xff@x>', undefined, null],
    ['+OK not a stamp <a@b@c>', undefined, null],
  ] as const) {
    it(`of ${JSON.stringify(answer)} is taken`, async () => {
      const got = await everySplit(`S: ${answer}\n`, () => greeting(host));
      assert.equal(got.stamp, stamp);
      if (text !== undefined) assert.equal(got.text, text);
    });
  }

  it('in colours is shown in none', async () => {
    const error = await refusalOf(transcript('pop3/hostile-endless-escape-greeting'), () => greeting(host));
    assert.doesNotMatch(error.message, /[\x00-\x1f]/);
  });
});

describe('STLS', () => {
  it('that is refused ends the attempt', async () => {
    const error = await refusalOf(transcript('pop3/cyrus-stls-refused'), () => stls(host));
    assert.deepEqual([error.kind, error.phase], ['tls', 'stls']);
    assert.match(error.message, /^POP3 STLS refused by pop\.example: /);
  });
});

describe('QUIT', () => {
  for (const [what, text, confirmed] of [
    ['answered', 'C: QUIT\nS: +OK\n', true],
    ['refused', 'C: QUIT\nS: -ERR some deleted messages not removed\n', false],
    ['answered by nonsense', 'C: QUIT\nS: \\0\\0\\0\n', false],
    ['not answered', transcript('pop3/silent-goodbye'), false],
  ] as const) {
    it(`that is ${what} is ${confirmed ? '' : 'not '}confirmed, and never an error`, async () => {
      assert.equal(await everySplit(text, () => quit(host)), confirmed);
    });
  }

  it('on a lost connection is no error', () => {
    assert.deepEqual(hangUpAfter(quit(host), []), { outcome: false, sent: 'QUIT\r\n' });
  });
});
