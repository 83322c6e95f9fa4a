// When a token is renewed, by its end, by this machine's clock and by what a mail server says of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { renewal, renewed, textOfTokens, tokensIn } from '../../src/oauth2/tokens.ts';
import type { Tokens } from '../../src/oauth2/tokens.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TOKENS: Tokens = {
  version: 1,
  user: 'me@example.org',
  tokenEndpoint: 'https://example.org/token',
  clientId: 'c',
  accessToken: 'a',
  refreshToken: 'r',
  issued: 10 * HOUR,
  expires: 11 * HOUR,
  signedIn: HOUR,
  ended: null,
};

test('a token is renewed early, when it is over, when it was refused, and when the clock was set back', () => {
  const table: [string, number, string | undefined, 'none' | 'wanted' | 'needed'][] = [
    ['fresh', 10 * HOUR, undefined, 'none'],
    ['shortly before the early renewal', 11 * HOUR - 5 * MINUTE - 1, undefined, 'none'],
    ['five minutes before its end', 11 * HOUR - 5 * MINUTE, undefined, 'wanted'],
    ['at its end', 11 * HOUR, undefined, 'needed'],
    ['a day later', 35 * HOUR, undefined, 'needed'],
    ['the clock was set back: its end is unknown', 10 * HOUR - 1, undefined, 'wanted'],
    ['refused', 10 * HOUR + MINUTE, 'a', 'needed'],
    ['refused, and the clock was set back', 9 * HOUR, 'a', 'needed'],
    ['refused as soon as it was issued', 10 * HOUR + MINUTE - 1, 'a', 'none'],
    ['another one was refused: this is the fresher', 10 * HOUR + MINUTE, 'b', 'none'],
  ];
  for (const [what, now, refused, wanted] of table) assert.equal(renewal(TOKENS, refused, now), wanted, what);
});

test('a token of a minute is renewed in its last quarter, not at once', () => {
  const short = { ...TOKENS, expires: TOKENS.issued + MINUTE };
  assert.equal(renewal(short, undefined, TOKENS.issued), 'none');
  assert.equal(renewal(short, undefined, TOKENS.issued + 45_000), 'wanted');
});

test('a renewal takes the new refresh token, and keeps the old one where none came', () => {
  const grant = { accessToken: 'a2', lifetime: HOUR };
  assert.equal(renewed(TOKENS, { ...grant, refreshToken: 'r2' }, 0).refreshToken, 'r2');
  assert.deepEqual(renewed(TOKENS, { ...grant, refreshToken: null }, 20 * HOUR), {
    ...TOKENS,
    accessToken: 'a2',
    issued: 20 * HOUR,
    expires: 21 * HOUR,
  });
});

test('what is cut off, or no tokens at all, is not taken for tokens', () => {
  const text = textOfTokens(TOKENS);
  assert.deepEqual(tokensIn(text), TOKENS);
  assert.deepEqual(tokensIn(`${text}${' '.repeat(100)}`), TOKENS, 'room that was not needed');
  for (let end = 0; end < text.length - 2; end++)
    assert.equal(tokensIn(text.slice(0, end) + ' '.repeat(text.length - end)), undefined);
  for (const wrong of [
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...TOKENS, version: 2 }),
    JSON.stringify({ ...TOKENS, accessToken: '' }),
  ])
    assert.equal(tokensIn(wrong), undefined, wrong);
});
