import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { authenticate } from '../../../src/protocol/smtp/auth.ts';
import { channelTo, smtpLogin } from '../../support/logins.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host, offers } from './scripted.ts';

const TOKEN = { user: 'someone@gmail.com', token: 'ya29.token' };

describe('SMTP AUTH', () => {
  for (const [name, user, password, mechanisms, by] of [
    ['dovecot-scram', 'user', 'pencil', 'PLAIN LOGIN SCRAM-SHA-256', 'SCRAM-SHA-256'],
    ['postfix-no-mechanism', 'tim', 'tanstaaftanstaaf', 'CRAM-MD5 PLAIN', 'PLAIN'],
    ['old-initial-response', 'tim', 'tanstaaftanstaaf', 'PLAIN', 'PLAIN'],
  ] as const) {
    it(`as in ${name} is done by ${by}`, async () => {
      const done = await everySplit(transcript(`smtp/${name}`), () =>
        smtpLogin(host, user, password, offers({ AUTH: mechanisms })),
      );
      assert.equal(done, by);
    });
  }

  it('by SCRAM takes no 235 from a server that has not proved itself, nor a login that was done before', async () => {
    const scram = offers({ AUTH: 'SCRAM-SHA-256 PLAIN' });
    const error = await refusalOf(transcript('smtp/hostile-scram-unproved'), () =>
      smtpLogin(host, 'user', 'pencil', scram),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['protocol', 'later', 'auth']);
    const { outcome } = hangUpAfter(smtpLogin(host, 'u', 'p', scram), [
      Buffer.from('503 already authenticated'),
    ]);
    assert.ok(outcome instanceof MailError);
    assert.equal(outcome.kind, 'protocol');
  });

  it('refused before anything of the password was said goes on with PLAIN: only hashes are kept there (S-004)', () => {
    const extensions = offers({ AUTH: 'PLAIN CRAM-MD5 SCRAM-SHA-256' });
    const answers = ['535 5.7.8 no', '235 ok'].map((text) => Buffer.from(text));
    const { outcome, sent } = hangUpAfter(smtpLogin(host, 'u', 'p', extensions), answers);
    assert.equal(outcome, 'PLAIN');
    assert.doesNotMatch(sent, /CRAM-MD5/);
  });

  it('by a token answers the error with an empty line, and tells it with the cure', async () => {
    const error = await refusalOf(transcript('smtp/gmail-xoauth2-refused'), () =>
      authenticate(TOKEN, offers({ AUTH: 'LOGIN PLAIN XOAUTH2' }), channelTo(host)),
    );
    assert.deepEqual([error.kind, error.retry, error.code], ['auth', 'never', '535']);
    assert.match(error.message, /^SMTP AUTH XOAUTH2 refused by smtp\.example: 535 .* \(status 400, scope/);
    assert.match(error.hint ?? '', /mailkeep login/);
  });

  it('with a token is not tried where none is taken', () => {
    const { outcome, sent } = hangUpAfter(
      authenticate(TOKEN, offers({ AUTH: 'PLAIN' }), channelTo(host)),
      [],
    );
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, sent], ['auth', '']);
    assert.match(outcome.hint ?? '', /password instead of oauth2/);
  });

  it('gives a challenge of a megabyte no answer', () => {
    const answers = [Buffer.from(`334 ${'A'.repeat(2 ** 19)}`)];
    const { outcome, sent } = hangUpAfter(smtpLogin(host, 'u', 'p', offers({ AUTH: 'CRAM-MD5' })), answers);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, sent], ['protocol', 'AUTH CRAM-MD5\r\n']);
  });

  it('keeps the token out of traces', () => {
    const dialogue = authenticate(TOKEN, offers({ AUTH: 'XOAUTH2' }), channelTo(host));
    const { value } = dialogue.next();
    assert.ok(typeof value === 'object' && value.want === 'send');
    assert.equal(value.shown, 'AUTH XOAUTH2 ***');
  });
});
