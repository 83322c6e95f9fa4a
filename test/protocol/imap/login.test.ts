import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { capability } from '../../../src/protocol/imap/capability.ts';
import { greeting } from '../../../src/protocol/imap/greeting.ts';
import { starttls } from '../../../src/protocol/imap/starttls.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { imapLogin } from '../../support/logins.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

const offers = (words: string): ReadonlySet<string> => new Set(words.split(' '));

describe('an IMAP greeting', () => {
  for (const [text, kind, retry, says] of [
    ['* BYE', 'busy', 'later', /BYE/],
    ['* BYE [ALERT] Too many connections.', 'busy', 'later', /Too many connections/],
    ['* NO sorry', 'busy', 'later', /sorry/],
    ['* NO [REFERRAL imap://evil.example/] elsewhere', 'busy', 'later', /elsewhere/],
    ['* BAD \\x1b[31mred', 'busy', 'later', / \[31mred/],
    ['XYZ OK ready', 'protocol', 'later', /does not speak IMAP/],
    ['1Gdo00V4 wFaIW2WP', 'protocol', 'later', /does not speak IMAP: 1Gdo00V4/],
    ['+OK POP3 ready', 'protocol', 'later', /does not speak IMAP/],
    ['220 mail ESMTP', 'protocol', 'later', /does not speak IMAP/],
    ['* OKAY', 'protocol', 'later', /does not speak IMAP/],
  ] as const) {
    it(`"${text}" is an error of kind ${kind}`, async () => {
      const error = await refusalOf(`S: ${text}\n`, () => greeting(host, false));
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, error.phase]);
      assert.match(error.message, says);
      if (kind === 'protocol') assert.match(error.hint ?? '', /port/);
    });
  }

  it('PREAUTH is refused where STARTTLS is to follow, and taken where it is not', async () => {
    const text = 'S: * PREAUTH [CAPABILITY IMAP4rev1 ID] welcome\n';
    const error = await refusalOf(text, () => greeting(host, true));
    assert.equal(error.kind, 'tls');
    const hello = await everySplit(text, () => greeting(host, false));
    assert.deepEqual([hello.preauth, hello.capabilities], [true, new Set(['IMAP4REV1', 'ID'])]);
  });

  it('may have no text, any case, and empty lines or NULs before it', async () => {
    for (const text of ['S: * OK\n', 'S: * ok\n', 'S: \nS: \\0\nS: \\0\\0* Ok\n', 'S> * OK ready\\n\n']) {
      const hello = await everySplit(text, () => greeting(host, false));
      assert.deepEqual([hello.preauth, hello.capabilities], [false, null]);
    }
  });

  it('that never comes is the loss of the connection, and says where', () => {
    const { outcome } = hangUpAfter(greeting(host, false), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase], ['closed', 'greeting']);
  });
});

describe('IMAP capabilities', () => {
  it('of a server that refuses to tell are none', async () => {
    const words = await everySplit('C: A0001 CAPABILITY\nS: A0001 BAD what?\n', () =>
      capability(host, new Tags()),
    );
    assert.equal(words.size, 0);
  });

  it('are told in one line or several, with any spaces', async () => {
    const text =
      'C: A0001 CAPABILITY\nS: * CAPABILITY  IMAP4rev1   id \nS: * capability Auth=Plain LITERAL +\nS: A0001 OK\n';
    const words = await everySplit(text, () => capability(host, new Tags()));
    assert.deepEqual([...words], ['IMAP4REV1', 'ID', 'AUTH=PLAIN', 'LITERAL', '+']);
  });

  it('end with the session where the server says BYE again and again', async () => {
    const error = await refusalOf(transcript('imap/yandex-bye-bye-bye'), () => capability(host, new Tags()));
    assert.deepEqual([error.kind, error.retry], ['closed', 'now']);
    assert.match(error.message, /Autologout; idle for too long \(1\)/);
  });
});

describe('STARTTLS', () => {
  it('refused is an error of kind tls', async () => {
    const error = await refusalOf(transcript('imap/starttls-refused'), () => starttls(host, new Tags()));
    assert.deepEqual([error.kind, error.retry], ['tls', 'later']);
  });

  it('starts TLS whatever noise came before its answer', async () => {
    await everySplit(transcript('imap/starttls-noise'), () => starttls(host, new Tags()));
  });
});

describe('an IMAP login', () => {
  it('sends passwords that are not plain ASCII as literals, once the server asks for them', async () => {
    const words = await everySplit(transcript('imap/awkward-password'), () =>
      imapLogin(host, new Tags(), '用户', 'p"w\\d'),
    );
    assert.deepEqual(words, new Set(['IMAP4REV1', 'ID']));
  });

  it('shows no secret in traces', async () => {
    const shown: (string | undefined)[] = [];
    const watched = function* (dialogue: Dialogue<unknown>): Dialogue<void> {
      let step = dialogue.next();
      while (step.done !== true) {
        if (step.value.want === 'send') shown.push(step.value.shown);
        step = dialogue.next(yield step.value);
      }
    };
    await play(transcript('imap/awkward-password'), watched(imapLogin(host, new Tags(), '用户', 'p"w\\d')));
    await play(
      'C: A0001 AUTHENTICATE PLAIN\nS: +\nC: AGFubmEAc2VjcmV0\nS: A0001 OK\n',
      watched(imapLogin(host, new Tags(), 'anna', 'secret', offers('AUTH=PLAIN'))),
    );
    assert.equal(shown.length, 5);
    assert.ok(
      shown.every((text) => text !== undefined && /^(A0001 (LOGIN|AUTHENTICATE PLAIN) )?\*\*\*$/.test(text)),
    );
  });

  it('does not send a literal that the server does not want', async () => {
    const error = await refusalOf(transcript('imap/literal-refused'), () =>
      imapLogin(host, new Tags(), 'anna', 'pä8'),
    );
    assert.deepEqual([error.kind, error.code], ['auth', 'AUTHENTICATIONFAILED']);
  });

  it('is not tried where LOGINDISABLED forbids it', async () => {
    const error = await refusalOf(transcript('imap/gmx-login-disabled'), function* () {
      const { capabilities } = yield* greeting(host, false);
      yield* imapLogin(host, new Tags(), 'anna', 'secret', capabilities ?? new Set());
    });
    assert.deepEqual([error.kind, error.retry, error.code], ['auth', 'never', 'LOGINDISABLED']);
    assert.match(error.hint ?? '', /tls/);
  });

  it('with PLAIN answers once when asked although it came with the command, and then gives it up', async () => {
    const error = await refusalOf(transcript('imap/sasl-ir-asked-again'), () =>
      imapLogin(host, new Tags(), 'anna', 'secret', offers('AUTH=PLAIN SASL-IR')),
    );
    assert.deepEqual([error.kind, error.code], ['auth', 'AUTHENTICATIONFAILED']);
  });

  it('falls back from an unknown PLAIN to LOGIN, and never after a NO', async () => {
    await everySplit(transcript('imap/plain-unknown'), () =>
      imapLogin(host, new Tags(), 'anna', 'secret', offers('AUTH=PLAIN')),
    );
    const error = await refusalOf(transcript('imap/plain-refused'), () =>
      imapLogin(host, new Tags(), 'anna', 'secret', offers('AUTH=PLAIN SASL-IR')),
    );
    assert.deepEqual([error.kind, error.retry, error.code], ['auth', 'never', 'AUTHENTICATIONFAILED']);
  });

  it('that breaks off is not tried again at once', async () => {
    const { outcome } = hangUpAfter(imapLogin(host, new Tags(), 'anna', 'secret'), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.retry, outcome.phase], ['closed', 'later', 'auth']);
    const error = await refusalOf(transcript('imap/bye-in-login'), () =>
      imapLogin(host, new Tags(), 'anna', 'secret'),
    );
    assert.deepEqual([error.kind, error.retry], ['closed', 'later']);
  });

  it('with an empty or impossible password is a fault of the configuration', async () => {
    for (const pass of ['', 'a\nb', 'a\0b']) {
      const error = await refusalOf('', () => imapLogin(host, new Tags(), 'anna', pass));
      assert.equal(error.kind, 'config');
    }
  });
});

describe('a refused IMAP login', () => {
  for (const [name, user, pass, kind, retry, says] of [
    ['163-login-refused', 'someone@163.com', 'secret', 'auth', 'never', /Login error or password error$/],
    ['163-login-refused-gbk', 'someone@163.com', 'secret', 'auth', 'never', /: 登录失败$/],
    ['qq-one-text-for-five-causes', 'someone@qq.com', 'AUTHCODE', 'auth', 'later', /Account is abnormal/],
    ['gmail-web-login', 'someone@gmail.com', 'secret', 'auth', 'never', /answer\/78754/],
    ['exchange-basic-auth-off', 'someone@outlook.com', 'secret', 'auth', 'never', /is disabled/],
  ] as const) {
    it(`as in ${name} is ${kind}, and is tried again ${retry}`, async () => {
      const error = await refusalOf(transcript(`imap/${name}`), () =>
        imapLogin(host, new Tags(), user, pass),
      );
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'auth']);
      assert.match(error.message, /^IMAP LOGIN refused by imap\.example: /);
      assert.match(error.message, says);
      assert.ok(error.cause instanceof Error);
    });
  }

  it('for too many connections is busy, not a wrong password', async () => {
    const error = await refusalOf(transcript('imap/gmail-too-many-connections'), () =>
      imapLogin(host, new Tags(), 'someone@gmail.com', 'secret', offers('AUTH=PLAIN SASL-IR')),
    );
    assert.deepEqual([error.kind, error.retry], ['busy', 'later']);
  });

  for (const [answer, kind, retry, after] of [
    ['NO', 'auth', 'never', undefined],
    ['no whatever', 'auth', 'never', undefined],
    ['NO [AUTHENTICATIONFAILED] System error', 'auth', 'never', undefined],
    ['NO [authorizationfailed]', 'auth', 'never', undefined],
    ['NO [EXPIRED] change it', 'auth', 'never', undefined],
    ['NO [PRIVACYREQUIRED] tls', 'auth', 'never', undefined],
    ['NO [UNAVAILABLE] wrong password', 'busy', 'later', undefined],
    ['NO [INUSE]', 'busy', 'later', undefined],
    ['NO [LIMIT] rate', 'busy', 'later', undefined],
    ['NO [THROTTLED] slow', 'busy', 'later', undefined],
    ['NO [OVERQUOTA] Account exceeded command or bandwidth limits.', 'busy', 'later', 3600000],
    ['NO System error', 'busy', 'later', undefined],
    ['NO Temporary failure, try again later', 'busy', 'later', undefined],
    ['BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds', 'busy', 'later', 92415],
    ['BAD Request is throttled.', 'busy', 'later', undefined],
    ['BAD Command Argument Error. 11', 'refused', 'later', undefined],
  ] as const) {
    it(`with ${JSON.stringify(answer)} is ${kind}, and is tried again ${retry}`, async () => {
      const text = `C: A0001 LOGIN "anna" "secret"\nS: A0001 ${answer}\n`;
      const error = await refusalOf(text, () => imapLogin(host, new Tags(), 'anna', 'secret'));
      assert.deepEqual([error.kind, error.retry, error.after], [kind, retry, after]);
    });
  }
});
