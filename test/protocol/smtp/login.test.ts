import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Extensions } from '../../../src/protocol/smtp/ehlo.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { smtpLogin } from '../../support/logins.ts';
import { host, offers } from './scripted.ts';

const ALL = offers({ AUTH: 'XOAUTH2 LOGIN PLAIN CRAM-MD5 NTLM' });
const BASIC = offers({ AUTH: 'LOGIN PLAIN' });
const CLEAR = { secure: false };

describe('a refused SMTP login', () => {
  const refusals: [
    name: string,
    kind: string,
    retry: string,
    code: string,
    hint: RegExp,
    auth?: Extensions,
  ][] = [
    ['netease-no-permission', 'auth', 'never', '550', /SMTP is switched off/],
    ['netease-too-much-fail', 'busy', 'later', '451', /too many failed logins/],
    ['qq-authorization-code', 'auth', 'never', '535', /authorization code \(授权码\)/],
    ['gmail-app-password', 'auth', 'never', '534', /app password/],
    ['gmail-too-many-logins', 'busy', 'later', '454', /too many failed logins/],
    ['outlook-basic-auth', 'auth', 'never', '535', /oauth2/, offers({ AUTH: 'LOGIN XOAUTH2' })],
  ];
  for (const [name, kind, retry, code, hint, extensions = BASIC] of refusals) {
    it(`as in ${name} is ${kind}, and no other mechanism is tried`, async () => {
      const error = await refusalOf(transcript(`smtp/${name}`), () => smtpLogin(host, 'u', 'p', extensions));
      assert.deepEqual([error.kind, error.retry, error.code, error.phase], [kind, retry, code, 'auth']);
      assert.match(error.hint ?? '', hint);
    });
  }

  it('in GBK can be read', async () => {
    const error = await refusalOf(transcript('smtp/qq-authorization-code'), () =>
      smtpLogin(host, 'u', 'p', BASIC),
    );
    assert.match(error.message, /^SMTP AUTH PLAIN refused by smtp\.example: 535 Error: 请使用授权码登录/);
  });

  it('by CRAM-MD5 never falls through to the password itself', async () => {
    const error = await refusalOf(transcript('smtp/exim-cram-md5-refused'), () =>
      smtpLogin(host, 'tim', 'tanstaaftanstaaf', ALL),
    );
    assert.deepEqual([error.kind, error.code], ['auth', '535']);
  });

  for (const [answer, kind, hint] of [
    ['421 4.7.0 try again', 'busy', /^$/],
    ['530 5.7.0 Must issue a STARTTLS command first', 'auth', /tls: starttls/],
    ['538 5.7.11 nope', 'auth', /TLS/],
    ['535 5.7.8 no', 'auth', /^$/],
    ['500 what', 'auth', /^$/],
    ['503 bad sequence', 'auth', /^$/],
    ['504 5.5.4 unknown mechanism', 'auth', /^$/],
    ['250 ok?', 'protocol', /^$/],
    ['354 go on', 'protocol', /^$/],
    ['334 \nC: AHUAcA==\nS: 334 \nC: *\nS: 334 ', 'protocol', /^$/],
  ] as const) {
    it(`with ${JSON.stringify(answer)} is ${kind}`, async () => {
      const error = await refusalOf(`C: AUTH PLAIN AHUAcA==\nS: ${answer}\n`, () =>
        smtpLogin(host, 'u', 'p', offers({ AUTH: 'PLAIN' })),
      );
      assert.deepEqual([error.kind, error.phase], [kind, 'auth']);
      assert.match(error.hint ?? '', hint);
    });
  }

  it('by hanging up is not tried again at once', () => {
    const { outcome } = hangUpAfter(smtpLogin(host, 'u', 'p', BASIC), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.phase], ['closed', 'later', 'auth']);
  });
});

describe('an SMTP login', () => {
  for (const [name, extensions, mechanism] of [
    ['dovecot-cram-md5', ALL, 'CRAM-MD5'],
    ['exchange-too-weak', ALL, 'LOGIN'],
    ['courier-plain-asks-again', BASIC, 'PLAIN'],
    ['hostile-login-prompts', offers({ AUTH: 'LOGIN' }), 'LOGIN'],
  ] as const) {
    it(`as in ${name} is done by ${mechanism}`, async () => {
      const done = await everySplit(transcript(`smtp/${name}`), () =>
        smtpLogin(host, 'tim', 'tanstaaftanstaaf', extensions),
      );
      assert.equal(done, mechanism);
    });
  }

  it('that was done before counts as done', async () => {
    const text = 'C: AUTH PLAIN AHUAcA==\nS: 503 5.5.1 Already authenticated\n';
    assert.equal(await everySplit(text, () => smtpLogin(host, 'u', 'p', BASIC)), 'PLAIN');
  });

  it('sends no password in clear to another machine, and says what to do', () => {
    for (const extensions of [BASIC, { ...BASIC, esmtp: false, auth: new Set<string>() }]) {
      const { outcome, sent } = hangUpAfter(smtpLogin(host, 'u', 'p', extensions, CLEAR), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.retry, outcome.phase, sent], ['auth', 'never', 'auth', '']);
      assert.match(outcome.hint ?? '', /tls: implicit/);
    }
  });

  it('in clear uses what sends no password, and never the next mechanism', () => {
    const { outcome, sent } = hangUpAfter(smtpLogin(host, 'u', 'p', ALL, CLEAR), [Buffer.from('504 no')]);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, sent], ['auth', 'AUTH CRAM-MD5\r\n']);
  });

  it('to this machine may go in clear', () => {
    const safety = { secure: false, loopback: true };
    const { sent } = hangUpAfter(smtpLogin(host, 'u', 'p', BASIC, safety), [Buffer.from('235 ok')]);
    assert.equal(sent, 'AUTH PLAIN AHUAcA==\r\n');
  });

  it('is not tried where none is offered, and STARTTLS is named where it is', () => {
    for (const [extensions, safety, hint] of [
      [offers({}), {}, /port 25 takes no logins/],
      [offers({ AUTH: 'XOAUTH2 NTLM' }), {}, /host and port/],
      [offers({ STARTTLS: '' }), CLEAR, /tls: starttls/],
    ] as const) {
      const { outcome, sent } = hangUpAfter(smtpLogin(host, 'u', 'p', extensions, safety), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.phase, sent], ['auth', 'auth', '']);
      assert.match(outcome.hint ?? '', hint);
    }
  });

  it('keeps user and password out of traces', () => {
    for (const [mechanism, answers] of [
      ['PLAIN', ['334 ', '235 ok']],
      ['LOGIN', ['334 x', '334 x', '235 ok']],
      ['CRAM-MD5', ['334 PDFAYj4=', '235 ok']],
    ] as const) {
      const shown: string[] = [];
      const left = answers.map((answer) => Buffer.from(answer));
      const dialogue = smtpLogin(host, 'anna', 'secret', offers({ AUTH: mechanism }));
      for (let step = dialogue.next(); step.done !== true;) {
        const want = step.value;
        if (want.want === 'send') shown.push(want.shown ?? want.bytes.toString().trim());
        step = dialogue.next(want.want === 'line' ? left.shift() : undefined);
      }
      assert.match(shown.join(' '), /^AUTH (PLAIN|LOGIN|CRAM-MD5)( \(name\))?( \*\*\*)+$/);
      assert.equal(left.length, 0);
    }
  });

  it('sends nothing where user or password cannot be sent', () => {
    for (const [user, pass] of [
      ['', 'p'],
      ['u', ''],
      ['u\0', 'p'],
      ['u', 'p\r\n'],
    ] as const) {
      const { outcome, sent } = hangUpAfter(smtpLogin(host, user, pass, ALL), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.phase, sent], ['config', 'auth', '']);
      assert.doesNotMatch(outcome.message, /p\r/);
    }
  });
});
