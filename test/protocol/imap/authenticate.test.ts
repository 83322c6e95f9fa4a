import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Credentials } from '../../../src/model/account.ts';
import { MailError } from '../../../src/model/error.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import type { Capabilities } from '../../../src/protocol/imap/capability.ts';
import { signIn } from '../../../src/protocol/imap/login.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import type { Channel } from '../../../src/protocol/sasl/channel.ts';
import { channelTo } from '../../support/logins.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

const USER = { user: 'user', password: 'pencil' };
const ANNA = { user: 'anna', password: 'secret' };
const TOKEN = { user: 'someone@gmail.com', token: 'ya29.token' };
/** The answer of Anna to `<1>`. */
const DIGEST = 'YW5uYSBkNjIxNTliMmZjNWJmNTc0MmY5ZTBlOWZiMGZhODEyMg==';
const BOUND: Partial<Channel> = { binding: { type: 'tls-exporter', data: Buffer.alloc(32, 7) } };

/** A login by what `words` offer; `avoid` is what the host is known not to bear, and learns. */
function login(
  credentials: Credentials,
  words: string,
  channel: Partial<Channel> = {},
  avoid: Set<string> = new Set(),
): Dialogue<Capabilities | null> {
  const before = {
    channel: channelTo(host, channel),
    tags: new Tags(),
    capabilities: new Set(words.split(' ')),
    avoid,
  };
  return signIn(before, credentials);
}

describe('AUTHENTICATE', () => {
  it('by SCRAM hears what comes between, and takes the capabilities that come with the answer', async () => {
    const told = await everySplit(transcript('imap/dovecot-scram'), () =>
      login(USER, 'AUTH=PLAIN AUTH=SCRAM-SHA-256'),
    );
    assert.deepEqual(told, new Set(['IMAP4REV1', 'ID']));
    await everySplit(transcript('imap/dovecot-scram-at-once'), () =>
      login(USER, 'AUTH=PLAIN AUTH=SCRAM-SHA-256 SASL-IR'),
    );
  });

  it('by SCRAM takes no OK from a server that has not proved itself', async () => {
    const error = await refusalOf(transcript('imap/hostile-scram-unproved'), () =>
      login(USER, 'AUTH=SCRAM-SHA-256 AUTH=PLAIN'),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['protocol', 'later', 'auth']);
    assert.match(error.message, /SCRAM-SHA-256 broken off: imap\.example sent its yes without a proof/);
  });

  it('by a token answers the error as the mechanism wants, and tells it with the cure', async () => {
    for (const [name, words, says] of [
      [
        'gmail-xoauth2-refused',
        'AUTH=XOAUTH2 SASL-IR',
        /AUTHENTICATE XOAUTH2 refused .* \(status 400, scope https/,
      ],
      [
        'gmail-oauthbearer-refused',
        'AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR',
        /\(status invalid_token, scope mail\)$/,
      ],
    ] as const) {
      const error = await refusalOf(transcript(`imap/${name}`), () => login(TOKEN, words));
      assert.deepEqual([error.kind, error.retry, error.code], ['auth', 'never', 'AUTHENTICATIONFAILED']);
      assert.match(error.message, says);
      assert.match(error.hint ?? '', /mailkeep login/);
    }
  });

  it('by LOGIN does not read the prompts of QQ', async () => {
    const credentials = { user: 'someone@qq.com', password: 'AUTHCODE' };
    await everySplit(transcript('imap/qq-login-prompts'), () =>
      login(credentials, 'AUTH=LOGIN LOGINDISABLED'),
    );
  });

  it('is said in two to a server that does not bear it in one, which is remembered', async () => {
    for (let times = 0; times < 2; times++) {
      const avoid = new Set(times === 0 ? [] : ['SASL-IR']);
      const text = transcript('imap/sasl-ir-unknown');
      const second = text.replace(/^C: A0001[^]*?many arguments\n/m, '').replaceAll('A0002', 'A0001');
      await everySplit(times === 0 ? text : second, () =>
        login(ANNA, 'AUTH=PLAIN SASL-IR', {}, new Set(avoid)),
      );
    }
    const avoid = new Set<string>();
    hangUpAfter(
      login(ANNA, 'AUTH=PLAIN SASL-IR', {}, avoid),
      ['A0001 BAD no', '+', 'A0002 OK'].map((line) => Buffer.from(line)),
    );
    assert.deepEqual([...avoid], ['SASL-IR']);
  });

  it('that is offered and not done gives way to the next mechanism, and is not tried again', async () => {
    await everySplit(transcript('imap/exchange-mechanism-unknown'), () =>
      login(ANNA, 'AUTH=CRAM-MD5 AUTH=PLAIN'),
    );
    const avoid = new Set<string>();
    await everySplit(transcript('imap/cyrus-bad-protocol'), () =>
      login(USER, 'AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256', BOUND, new Set()),
    );
    const lines = ['A0001 NO Unsupported authentication mechanism', 'A0002 OK'].map((line) =>
      Buffer.from(line),
    );
    hangUpAfter(login(ANNA, 'AUTH=CRAM-MD5', {}, avoid), lines);
    assert.deepEqual([...avoid], ['CRAM-MD5']);
    const { sent } = hangUpAfter(login(ANNA, 'AUTH=CRAM-MD5', {}, avoid), []);
    assert.equal(sent, 'A0001 LOGIN "anna" "secret"\r\n');
  });

  it('refused as a password is tried in no other way', async () => {
    for (const answer of ['NO [AUTHENTICATIONFAILED] no', 'NO no', 'NO [UNAVAILABLE] later']) {
      const text = `C: A0001 AUTHENTICATE CRAM-MD5\nS: + PDE+\nC: ${DIGEST}\nS: A0001 ${answer}\n`;
      await refusalOf(text, () => login(ANNA, 'AUTH=CRAM-MD5 AUTH=PLAIN AUTH=LOGIN'));
    }
    for (const answer of ['NO [UNAVAILABLE] later', 'BAD Request is throttled.']) {
      const text = `C: A0001 AUTHENTICATE CRAM-MD5\nS: A0001 ${answer}\n`;
      const error = await refusalOf(text, () => login(ANNA, 'AUTH=CRAM-MD5 AUTH=PLAIN AUTH=LOGIN'));
      assert.equal(error.kind, 'busy');
    }
    const proved = transcript('imap/dovecot-scram').replace(
      /^S: \+ dj02[^]*$/m,
      'S: A0001 NO [AUTHENTICATIONFAILED] no\n',
    );
    const error = await refusalOf(proved, () => login(USER, 'AUTH=SCRAM-SHA-256 AUTH=CRAM-MD5 AUTH=PLAIN'));
    assert.equal(error.code, 'AUTHENTICATIONFAILED');
  });

  it('refused before anything of the password was said goes on with PLAIN: only hashes are kept there (S-004)', async () => {
    const avoid = new Set<string>();
    const words = 'SASL-IR AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1 AUTH=CRAM-MD5 AUTH=PLAIN';
    await everySplit(transcript('imap/dovecot-hashed'), () => login(USER, words));
    await play(transcript('imap/dovecot-hashed'), login(USER, words, {}, avoid));
    assert.deepEqual([...avoid], ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5']);
    const { sent } = hangUpAfter(login(USER, words, {}, avoid), []);
    assert.match(sent, /^A0001 AUTHENTICATE PLAIN /);
  });

  it('refused in every way is remembered for nothing: the user may be a wrong one', async () => {
    const avoid = new Set<string>();
    const text = transcript('imap/dovecot-hashed').replace(
      /A0002 OK.*/,
      'A0002 NO [AUTHENTICATIONFAILED] no',
    );
    const error = await refusalOf(text, () =>
      login(USER, 'SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN', {}, avoid),
    );
    assert.deepEqual([error.kind, avoid.size], ['auth', 0]);
  });

  it('answered by an untagged BAD and silence is left out the next time', async () => {
    const error = await refusalOf('C: A0001 AUTHENTICATE PLAIN\nS: * BAD Command!\nSILENCE\n', () =>
      login(ANNA, 'AUTH=PLAIN'),
    );
    assert.equal(error.avoid, 'AUTHENTICATE');
    const { sent } = hangUpAfter(login(ANNA, 'AUTH=PLAIN', {}, new Set(['AUTHENTICATE'])), []);
    assert.equal(sent, 'A0001 LOGIN "anna" "secret"\r\n');
  });

  it('in clear sends neither password nor token, and names the cure', () => {
    for (const [credentials, words] of [
      [ANNA, 'AUTH=PLAIN AUTH=LOGIN'],
      [ANNA, ''],
      [TOKEN, 'AUTH=XOAUTH2'],
    ] as const) {
      const { outcome, sent } = hangUpAfter(login(credentials, words, { secure: false }), []);
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.retry, sent], ['auth', 'never', '']);
      assert.match(outcome.message, /would go in clear/);
      assert.match(outcome.hint ?? '', /tls: implicit/);
    }
  });

  it('with a token never falls back to LOGIN', () => {
    const { outcome, sent } = hangUpAfter(login(TOKEN, 'AUTH=PLAIN'), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, sent], ['auth', '']);
    assert.match(outcome.message, /takes no OAuth2 token, only PLAIN/);
  });

  it('gives up on a server that asks and asks', async () => {
    const text = `C: A0001 AUTHENTICATE CRAM-MD5\nS: + PDE+\nC: YW5uYSBkNjIxNTliMmZjNWJmNTc0MmY5ZTBlOWZiMGZhODEyMg==\nS: + PDE+\nC: *\nS: A0001 BAD cancelled\n`;
    const error = await refusalOf(text, () => login(ANNA, 'AUTH=CRAM-MD5 LOGINDISABLED'));
    assert.equal(error.kind, 'refused');
  });
});
