import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Credentials } from '../../../src/model/account.ts';
import { MailError } from '../../../src/model/error.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { greeting } from '../../../src/protocol/pop3/greeting.ts';
import { signIn } from '../../../src/protocol/pop3/login.ts';
import type { Channel } from '../../../src/protocol/sasl/channel.ts';
import { channelTo } from '../../support/logins.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';
const USER = { user: 'user', password: 'pencil' };
const ANNA = { user: 'anna', password: 'secret' };
const MROSE = { user: 'mrose', password: 'tanstaaf' };
const CLEAR: Partial<Channel> = { secure: false };
const STAMP = '<1896.697170952@dbc.mtview.ca.us>';

interface How {
  /** `SASL PLAIN, USER`; absent: CAPA told nothing. */
  readonly offers?: string;
  readonly channel?: Partial<Channel>;
  readonly stamp?: string;
  readonly avoid?: Set<string>;
}

function login(
  credentials: Credentials,
  { offers, channel, stamp, avoid = new Set() }: How,
): Dialogue<string> {
  const capabilities =
    offers === undefined
      ? null
      : new Map(
          offers
            .split(', ')
            .map((text) => [text.split(' ', 1)[0] ?? '', text.replace(/^\S+ ?/, '')] as const),
        );
  const before = { channel: channelTo(host, channel), capabilities, stamp: stamp ?? null, avoid };
  return signIn(before, credentials);
}

/** The answer of Anna to `<1>`. */
const DIGEST = 'YW5uYSBkNjIxNTliMmZjNWJmNTc0MmY5ZTBlOWZiMGZhODEyMg==';

const lines = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

describe('POP3 AUTH', () => {
  for (const [name, credentials, offers, by] of [
    ['dovecot-scram', USER, 'SASL PLAIN LOGIN SCRAM-SHA-256, USER', 'SCRAM-SHA-256'],
    ['exchange-continuation', ANNA, 'SASL LOGIN', 'LOGIN'],
    ['old-auth', ANNA, 'SASL PLAIN', 'PLAIN'],
    ['auth-unknown', ANNA, 'SASL CRAM-MD5 PLAIN, USER', 'USER'],
  ] as const) {
    it(`as in ${name} is done by ${by}`, async () => {
      assert.equal(await everySplit(transcript(`pop3/${name}`), () => login(credentials, { offers })), by);
    });
  }

  it('by SCRAM takes no +OK from a server that has not proved itself', async () => {
    const error = await refusalOf(transcript('pop3/hostile-scram-unproved'), () =>
      login(USER, { offers: 'SASL SCRAM-SHA-256, USER' }),
    );
    assert.deepEqual([error.kind, error.retry, error.phase], ['protocol', 'later', 'auth']);
  });

  it('by a token answers the error with an empty line, and tells it with the cure', async () => {
    const error = await refusalOf(transcript('pop3/outlook-xoauth2-refused'), () =>
      login({ user: 'someone@outlook.com', token: 'x'.repeat(300) }, { offers: 'SASL PLAIN XOAUTH2, USER' }),
    );
    assert.deepEqual([error.kind, error.retry], ['auth', 'never']);
    assert.match(error.message, /^POP3 AUTH XOAUTH2 refused by pop\.example: .* \(status 400, scope/);
    assert.match(error.hint ?? '', /mailkeep login/);
  });

  it('refused as a password is tried in no other way', async () => {
    for (const answer of ['-ERR [AUTH] no', '-ERR no', '-ERR [IN-USE] locked']) {
      const text = `C: AUTH CRAM-MD5\nS: + PDE+\nC: ${DIGEST}\nS: ${answer}\n`;
      await refusalOf(text, () => login(ANNA, { offers: 'SASL CRAM-MD5 PLAIN, USER' }));
    }
  });

  it('refused before anything of the password was said goes on with PLAIN: only hashes are kept there (S-004)', () => {
    const offers = 'SASL SCRAM-SHA-256 CRAM-MD5 PLAIN, USER';
    const { outcome, sent } = hangUpAfter(
      login(ANNA, { offers }),
      lines('-ERR [AUTH] Authentication failed.', '+OK'),
    );
    assert.equal(outcome, 'PLAIN');
    assert.doesNotMatch(sent, /CRAM-MD5/);
  });

  it('remembers what the host does not bear', () => {
    const avoid = new Set<string>();
    const offers = 'SASL CRAM-MD5 PLAIN, USER';
    const answers = lines('-ERR unsupported authentication mechanism', '-ERR syntax error', '+', '+OK');
    const { outcome } = hangUpAfter(login(ANNA, { offers, avoid }), answers);
    assert.equal(outcome, 'PLAIN');
    assert.deepEqual([...avoid], ['SASL-IR', 'CRAM-MD5']);
    const { sent } = hangUpAfter(login(ANNA, { offers, avoid }), []);
    assert.equal(sent, 'AUTH PLAIN\r\n');
  });

  it('in clear sends neither password nor token, and names the cure', () => {
    for (const [credentials, offers] of [
      [ANNA, undefined],
      [ANNA, 'USER, SASL PLAIN LOGIN'],
      [{ user: 'u', token: 't' }, 'SASL XOAUTH2'],
    ] as const) {
      const { outcome, sent } = hangUpAfter(
        login(credentials, { ...(offers && { offers }), channel: CLEAR }),
        [],
      );
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.retry, outcome.phase, sent], ['auth', 'never', 'auth', '']);
      assert.match(outcome.message, /would go in clear/);
      assert.match(outcome.hint ?? '', /tls: implicit/);
    }
  });

  it('is not possible where nothing that we can do is offered', () => {
    const { outcome, sent } = hangUpAfter(
      login({ user: 'u', token: 't' }, { offers: 'SASL PLAIN, USER' }),
      [],
    );
    assert.ok(outcome instanceof MailError);
    assert.equal(sent, '');
    assert.match(outcome.message, /offers only PLAIN/);
  });
});

describe('APOP', () => {
  it('is the example of RFC 1939, in clear', async () => {
    const by = await everySplit(transcript('pop3/qpopper-apop'), function* () {
      const { stamp } = yield* greeting(host);
      return yield* login(MROSE, { channel: CLEAR, ...(stamp !== null && { stamp }) });
    });
    assert.equal(by, 'APOP');
  });

  it('is not used where nobody listens: whoever makes up stamps could guess the password (P-003)', () => {
    for (const channel of [{}, { secure: false, loopback: true }]) {
      const { sent } = hangUpAfter(login(MROSE, { channel, stamp: STAMP, offers: 'USER' }), []);
      assert.equal(sent, 'USER mrose\r\n');
    }
  });

  it('is used over TLS where the server offers nothing else', () => {
    const { sent } = hangUpAfter(
      login(MROSE, { stamp: STAMP, offers: 'SASL GSSAPI' }),
      lines('-ERR unknown command'),
    );
    assert.match(sent, /^USER mrose\r\nAPOP mrose [0-9a-f]{32}\r\n$/);
  });

  it('refused in clear is the end: the password itself does not follow (P-002)', () => {
    const channel = { ...CLEAR, insecure: true };
    const { outcome, sent } = hangUpAfter(
      login(MROSE, { channel, stamp: STAMP, offers: 'USER' }),
      lines('-ERR no'),
    );
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, sent.split(' ')[0]], ['auth', 'APOP']);
    assert.match(outcome.hint ?? '', /tls: implicit/);
  });

  it('that the server hangs up on is left out on the next connection (P-002)', () => {
    const { outcome } = hangUpAfter(login(MROSE, { channel: CLEAR, stamp: STAMP }), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.avoid], ['closed', 'now', 'APOP']);
    const avoid = new Set(['APOP']);
    const { sent } = hangUpAfter(login(MROSE, { channel: CLEAR, stamp: STAMP, avoid }), []);
    assert.equal(sent, '');
  });

  it('keeps its digest out of traces', () => {
    const dialogue = login(MROSE, { channel: CLEAR, stamp: STAMP });
    const { value } = dialogue.next();
    assert.ok(typeof value === 'object' && value.want === 'send');
    assert.equal(value.shown, 'APOP mrose ***');
  });
});
