import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { CramMd5 } from '../../../src/protocol/sasl/cram-md5.ts';
import { Login } from '../../../src/protocol/sasl/login.ts';
import { turns, type Mechanism } from '../../../src/protocol/sasl/mechanism.ts';
import { OAuthBearer } from '../../../src/protocol/sasl/oauthbearer.ts';
import { Plain } from '../../../src/protocol/sasl/plain.ts';
import { isOfMechanism } from '../../../src/protocol/sasl/refused.ts';
import { checkSayable } from '../../../src/protocol/sasl/sayable.ts';
import { XOAuth2 } from '../../../src/protocol/sasl/xoauth2.ts';

const TIM = { user: 'tim', password: 'tanstaaftanstaaf' };
const TOKEN = { user: 'user@example.com', token: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==' };

describe('PLAIN', () => {
  it('is the message of RFC 4616', () => {
    assert.equal(new Plain(TIM).initial.toString('base64'), 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm');
    assert.equal(new Plain({ user: '用户', password: '密码' }).initial.toString(), '\0用户\0密码');
  });
});

describe('CRAM-MD5', () => {
  it('is the answer of RFC 2195, once', () => {
    const mechanism = new CramMd5(TIM);
    const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
    assert.equal(mechanism.answer(challenge)?.toString(), 'tim b913a602c7eda7a495b4e6e7334d3890');
    assert.equal(mechanism.answer(challenge), null);
  });
});

describe('LOGIN', () => {
  it('tells the user, then the password, whatever it is asked for, and nothing more', () => {
    const mechanism = new Login(TIM);
    assert.equal(mechanism.initial, null);
    assert.equal(mechanism.answer()?.toString(), 'tim');
    assert.equal(mechanism.complete, false);
    assert.equal(mechanism.answer()?.toString(), 'tanstaaftanstaaf');
    assert.equal(mechanism.complete, true);
    assert.equal(mechanism.answer(), null);
  });
});

describe('XOAUTH2', () => {
  it('is the message that Google describes, and an error is answered with nothing', () => {
    const mechanism = new XOAuth2({ user: 'someuser@example.com', token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg' }); // prettier-ignore
    assert.equal(
      mechanism.initial.toString('base64'),
      'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
    );
    const error = '{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}';
    assert.equal(mechanism.answer(Buffer.from(error))?.length, 0);
    assert.equal(mechanism.refusal, 'status 401, scope https://mail.google.com/');
    assert.equal(mechanism.answer(Buffer.from(error)), null);
  });
});

describe('OAUTHBEARER', () => {
  it('is the message of RFC 7628 without host and port, and an error is answered with ^A', () => {
    const mechanism = new OAuthBearer(TOKEN);
    assert.equal(mechanism.initial.toString(), `n,a=user@example.com,\x01auth=Bearer ${TOKEN.token}\x01\x01`);
    const error =
      '{"status":"invalid_token","scope":"example_scope","openid-configuration":"https://example.com/.well-known/openid-configuration"}';
    assert.equal(mechanism.answer(Buffer.from(error))?.toString('base64'), 'AQ==');
    assert.equal(mechanism.refusal, 'status invalid_token, scope example_scope');
    assert.equal(mechanism.answer(Buffer.from(error)), null);
  });

  it('writes = and , in a name as =3D and =2C', () => {
    const { initial } = new OAuthBearer({ ...TOKEN, user: 'a=b,c' });
    assert.match(initial.toString(), /^n,a=a=3Db=2Cc,\x01/);
  });
});

describe('the error of a token', () => {
  for (const [what, challenge, says] of [
    ['no JSON', 'what\x1b[31m?', /^what \[31m\?$/],
    ['a number', '401', /^401$/],
    ['null', 'null', /^null$/],
    ['nothing that is known', '{"a":1}', /^\{"a":1\}$/],
    ['a status that is no text', '{"status":{"a":1}}', /^\{"status"/],
    ['escapes for a terminal', '{"status":"\\u001b[31m\\u0007"}', /^status [^\x00-\x1f]*$/],
    ['a very long status', `{"status":"${'x'.repeat(60_000)}"}`, /^status x{99}…$/],
  ] as const) {
    it(`that is ${what} is shown short and clean`, () => {
      const mechanism = new XOAuth2(TOKEN);
      mechanism.answer(Buffer.from(challenge));
      assert.match(mechanism.refusal ?? '', says);
    });
  }
});

describe('the turns of a login', () => {
  const made = (mechanism: Mechanism, withCommand: boolean): ((text: string) => string) => {
    const say = turns('host', mechanism, withCommand);
    return (text) => say(text).text;
  };

  it('begin with the initial response where it did not go with the command', () => {
    const say = made(new Plain(TIM), false);
    assert.equal(say('anything'), 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm');
    assert.equal(say(''), '*');
  });

  it('say it once more to an empty challenge, and then give up', () => {
    const say = made(new Plain(TIM), true);
    assert.equal(say(''), 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm');
    assert.equal(say(''), '*');
  });

  it('refuse a challenge of a megabyte', () => {
    assert.throws(
      () => made(new CramMd5(TIM), false)('A'.repeat(2 ** 20)),
      (thrown) =>
        thrown instanceof MailError && thrown.kind === 'protocol' && /many octets/.test(thrown.message),
    );
  });
});

describe('what cannot be said', () => {
  for (const credentials of [
    { user: '', password: 'p' },
    { user: 'u', password: '' },
    { user: 'u\n', password: 'p' },
    { user: 'u\x01', password: 'p' },
    { user: 'u', password: 'se\0cret' },
    { user: 'u', password: 'se\rcret' },
    { user: 'u', token: '' },
    { user: 'u', token: 'to ken' },
    { user: 'u', token: 'to\x01ken' },
    { user: 'u', token: 'tökén' },
  ]) {
    it(`as in ${JSON.stringify(credentials)} is a fault of the configuration, and is not shown`, () => {
      const secret = 'token' in credentials ? credentials.token : credentials.password;
      assert.throws(
        () => checkSayable(credentials),
        (thrown) =>
          thrown instanceof MailError &&
          thrown.kind === 'config' &&
          (secret.length < 4 || !thrown.message.includes(secret)),
      );
    });
  }
});

describe('the words of a refused login', () => {
  for (const [words, ofMechanism] of [
    ['5.7.4 Unrecognized authentication type', true],
    ['Unsupported authentication mechanism.', true],
    ['5.7.8 Error: authentication failed: no mechanism available', true],
    ['SASL(-13): user not found: no secret in database', true],
    ['bad protocol / cancel', true],
    ['The mechanism SCRAM-SHA-256 is not supported here', true],
    ['unsupported-channel-binding-type no', true],
    ['authentication mechanism disabled', true],
    ['Authentication failed.', false],
    ['Invalid credentials (Failure)', false],
    ['5.7.139 Authentication unsuccessful, basic authentication is disabled', false],
    ['Invalid login or password', false],
    ['channel-bindings-dont-match', false],
    ['invalid-proof', false],
    ['User is unknown', false],
    [`unknown ${'x'.repeat(100_000)} mechanism`, false],
  ] as const) {
    it(`${JSON.stringify(words.slice(0, 70))} are about ${ofMechanism ? 'the mechanism' : 'the password'}`, () => {
      assert.equal(isOfMechanism(words), ofMechanism);
    });
  }
});
