// What an authorization server says, and what it means for the account.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MailError } from '../../src/model/error.ts';
import { fieldsOf, grantOf } from '../../src/oauth2/answer.ts';
import type { Answer } from '../../src/oauth2/answer.ts';

const answer = (status: number, body: unknown, more: Partial<Answer> = {}): Answer => ({
  host: 'login.example.org',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter: undefined,
  location: undefined,
  secrets: ['rt-secret'],
  ...more,
});

function thrown(what: Answer): MailError {
  try {
    grantOf('renewal', what);
  } catch (error) {
    assert.ok(error instanceof MailError, String(error));
    assert.ok(error.cause !== undefined);
    return error;
  }
  throw new Error(`it was taken for a grant: ${what.body}`);
}

test('a refusal says whether to wait, to sign in again, or to mend the configuration', () => {
  const table: [Answer, string, string, RegExp][] = [
    [answer(400, { error: 'invalid_grant' }), 'auth', 'never', /^OAuth2 renewal refused by login\.example\.org: invalid_grant$/],
    [answer(400, { error: 'invalid_grant', error_description: 'AADSTS70000: gone' }), 'auth', 'never', /invalid_grant: AADSTS70000: gone$/],
    [answer(400, { error: 'interaction_required' }), 'auth', 'never', /interaction_required/],
    [answer(400, { error: 'access_denied' }), 'auth', 'never', /access_denied/],
    [answer(400, { error: 'authorization_declined' }), 'auth', 'never', /declined/],
    [answer(200, { error: 'invalid_grant' }), 'auth', 'never', /invalid_grant/],
    [answer(401, { error: 'invalid_client' }), 'config', 'never', /invalid_client/],
    [answer(400, { error: 'invalid_scope' }), 'config', 'never', /invalid_scope/],
    [answer(400, { error: 'authorization_pending' }), 'busy', 'later', /pending/],
    [answer(400, { error: 'temporarily_unavailable' }), 'busy', 'later', /temporarily/],
    [answer(500, ''), 'busy', 'later', /HTTP status 500$/],
    [answer(503, '<html>sorry</html>'), 'busy', 'later', /HTTP status 503$/],
    [answer(500, { error: 'invalid_grant' }), 'busy', 'later', /invalid_grant/],
    [answer(429, { error: 'invalid_request' }), 'busy', 'later', /invalid_request/],
    [answer(404, 'Not found'), 'refused', 'never', /HTTP status 404$/],
    [answer(400, { error: 'of_our_own' }), 'refused', 'never', /of_our_own/],
    [answer(200, '<html>Welcome to the hotel</html>'), 'protocol', 'later', /no JSON object/],
    [answer(200, '[]'), 'protocol', 'later', /no JSON object/],
    [answer(200, {}), 'protocol', 'later', /no access_token/],
    [answer(200, { access_token: 'a', token_type: 'mac' }), 'protocol', 'later', /not Bearer/],
    [answer(200, { access_token: '' }), 'protocol', 'later', /forbidden/],
    [answer(200, { access_token: 'a\u0001auth=x' }), 'protocol', 'later', /forbidden/],
    [answer(200, { access_token: 'a\r\nA2 LOGOUT' }), 'protocol', 'later', /forbidden/],
    [answer(200, { access_token: 'x'.repeat(32_769) }), 'protocol', 'later', /length/],
    [answer(200, { access_token: 'a', refresh_token: 5 }), 'protocol', 'later', /forbidden/],
    [answer(302, '', { location: 'https://evil.example/x?y' }), 'protocol', 'later', /a redirect to evil\.example, which is not followed/],
    [answer(307, '', { location: 'no address' }), 'protocol', 'later', /a redirect, which/],
  ]; // prettier-ignore
  for (const [what, kind, retry, message] of table) {
    const error = thrown(what);
    assert.deepEqual([error.kind, error.retry], [kind, retry], what.body);
    assert.match(error.message, message);
  }
});

test("the server's waiting time is kept for what may be tried again, and for nothing else", () => {
  assert.equal(thrown(answer(503, '', { retryAfter: 9000 })).after, 9000);
  assert.equal(thrown(answer(400, { error: 'invalid_grant' }, { retryAfter: 9000 })).after, undefined);
});

test("a server's words neither tell a secret, nor move a cursor, nor fill a screen", () => {
  const said = `Token rt-secret\r\n\u001b[2J is unknown ${'x'.repeat(5000)}`;
  const { message } = thrown(answer(400, { error: 'invalid_grant', error_description: said }));
  assert.match(message, /Token \*\*\* \[2J is unknown xxx/);
  assert.ok(message.length < 500);
  assert.match(thrown(answer(400, { error: `rt-secret${'y'.repeat(100)}` })).message, /: \*\*\*y{57}$/);
});

test('a grant is taken with and without what may be left out', () => {
  const table: [object, string | null, number][] = [
    [{ access_token: 'a', token_type: 'Bearer', expires_in: 60, refresh_token: 'r' }, 'r', 60_000],
    [{ access_token: 'a', token_type: 'bearer', expires_in: '3599' }, null, 3_599_000],
    [{ access_token: 'a', refresh_token: null }, null, 3_600_000],
    [{ access_token: 'a', expires_in: -5 }, null, 3_600_000],
    [{ access_token: 'a', expires_in: 0 }, null, 0],
    [{ access_token: 'a', expires_in: 1e300 }, null, 315_360_000_000],
    [{ access_token: 'a', expires_in: 'soon' }, null, 3_600_000],
  ];
  for (const [said, refreshToken, lifetime] of table)
    assert.deepEqual(grantOf('renewal', answer(200, said)), { accessToken: 'a', refreshToken, lifetime });
  assert.deepEqual(fieldsOf('device code', answer(200, { x: 1 })), { x: 1 });
});
