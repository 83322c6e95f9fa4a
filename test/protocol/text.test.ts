import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loginHint, saysLater } from '../../src/protocol/login-hint.ts';
import { clip, decodeText } from '../../src/protocol/text.ts';

describe('the text of a server', () => {
  for (const [hex, wanted] of [
    ['', ''],
    ['6f6b', 'ok'],
    ['e4bda0e5a5bd', '你好'],
    ['c4e3bac3', '你好'], // GBK
    ['8139ef35', '\u3406'], // GB18030, four octets
    ['63616681', 'caf '], // neither: latin1, and its control characters go
    ['c4', 'Ä'],
    ['1b5b33316d0007', ' [31m  '],
    ['e280aee280a8', '  '], // U+202E and U+2028
    ['7fc285', '  '],
  ] as const) {
    it(`of octets ${hex === '' ? 'none' : hex} is ${JSON.stringify(wanted)}`, () => {
      assert.equal(decodeText(Buffer.from(hex, 'hex')), wanted);
      assert.equal(decodeText(Buffer.from('c4e3bac3', 'hex')), '你好'); // the text before leaves nothing behind
    });
  }

  it('is clipped between characters', () => {
    assert.equal(clip('  short  ', 5), 'short');
    assert.equal(clip('abcdef', 5), 'abcd…');
    assert.equal(clip('abc😀ef', 5), 'abc…');
    assert.equal(clip('x'.repeat(1000)).length, 500);
  });
});

describe('the words of a refusal', () => {
  for (const [words, later] of [
    ['authentication failed', false],
    [
      'Login fail. Account is abnormal, password is incorrect, login frequency limited, or system is busy',
      false,
    ],
    ['Invalid password, try again later', false],
    ['mailbox blocked', false],
    ['Mailbox locked', true],
    ['duplicate login!', true],
    ['Exceeded the login limit for a 15 minute period', true],
    ['登录太频繁', true],
    ['system busy', true],
  ] as const) {
    it(`"${words}" ${later ? 'ask to wait' : 'do not ask to wait'}`, () =>
      assert.equal(saysLater(words), later));
  }

  for (const [words, hint] of [
    ['authentication failed', undefined],
    ['请使用授权码登录', /授权码/],
    ['Please enter your authorization code to login', /授权码/],
    ['5.7.9 Application-specific password required', /app password/],
    ['User has no permission', /switched off/],
    [
      '5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant',
      /switched off/,
    ],
    ['5.7.139 Authentication unsuccessful, basic authentication is disabled.', /oauth2/],
    ['Must issue a STARTTLS command first', /tls: starttls/],
  ] as const) {
    it(`"${words}" ${hint === undefined ? 'name no cure' : 'name their cure'}`, () => {
      if (hint === undefined) assert.equal(loginHint(words), undefined);
      else assert.match(loginHint(words) ?? '', hint);
    });
  }
});
