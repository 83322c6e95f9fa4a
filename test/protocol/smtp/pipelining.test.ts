// Commands that leave in one write: each answer belongs to its command, and a server that cannot do it is asked one by one
// the next time (RFC 2920, S-025, S-026).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Notify } from '../../../src/protocol/smtp/rcpt.ts';
import { openTransaction } from '../../../src/protocol/smtp/transaction.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play, transcript } from '../../support/transcript.ts';
import { codes, host, offers, open } from './scripted.ts';

const OFFERS = offers({ PIPELINING: '', DSN: '' });
const PEOPLE = ['a@example.net', 'b@example.net', 'c@example.net'];
const group = (...people: readonly string[]) => open('me@example.org', people, OFFERS);
const SAID = 'C: MAIL FROM:<me@example.org>\n';
const asked = (...people: readonly string[]): string =>
  `${SAID}${people.map((to) => `C: RCPT TO:<${to}>\n`).join('')}C: DATA\n`;

describe('a group of commands', () => {
  it('leaves in one write, and nothing more before its answers', () => {
    const { sent } = hangUpAfter(open('x@y', ['a@b', 'c@d'], OFFERS, {}, { reset: true }), []);
    assert.equal(sent, 'RSET\r\nMAIL FROM:<x@y>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
  });

  it('gives each recipient its own answer, however the packets are cut', async () => {
    const opened = await everySplit(transcript('smtp/postfix-pipelined'), () => group(...PEOPLE));
    assert.deepEqual(codes(opened), [250, 550, 450]);
    assert.equal(opened.data?.code, 354);
  });

  it('is no longer than either side can hold: of 250 recipients each has its own answer', async () => {
    const people = Array.from({ length: 250 }, (_, n) => `p${n}@example.net`);
    const commands = ['MAIL FROM:<me@example.org>', ...people.map((to) => `RCPT TO:<${to}>`), 'DATA'];
    const answers = ['250 ok', ...people.map((_, n) => (n % 2 === 0 ? '250 ok' : '550 no')), '354 go'];
    let text = '';
    for (let at = 0; at < commands.length; at += 100) {
      for (const command of commands.slice(at, at + 100)) text += `C: ${command}\n`;
      for (const answer of answers.slice(at, at + 100)) text += `S: ${answer}\n`;
    }
    const opened = await play(text, group(...people));
    assert.deepEqual(
      codes(opened),
      people.map((_, n) => (n % 2 === 0 ? 250 : 550)),
    );
  });

  it('all of whose recipients are refused ends a DATA that was let in with a dot alone (S-025)', async () => {
    const opened = await everySplit(transcript('smtp/hostile-pipelined-data'), () => group(...PEOPLE));
    assert.deepEqual([codes(opened), opened.data], [[550, 550, 450], null]);
  });

  it('all of whose recipients are refused, DATA too, sends nothing more', async () => {
    const text = `${asked('a@b')}S: 250 ok\nS: 550 no\nS: 554 5.5.1 Error: no valid recipients\n`;
    const opened = await everySplit(text, () => group('a@b'));
    assert.deepEqual([codes(opened), opened.data], [[550], null]);
  });

  it('whose MAIL is refused is over, whatever its other answers are', async () => {
    for (const rest of ['S: 503 no\n', 'S: 354 go\nC: .\nS: 554 no\n']) {
      const text = `${asked('a@b')}S: 553 5.7.1 not yours\nS: 503 no\n${rest}`;
      const error = await refusalOf(text, () => group('a@b'));
      assert.deepEqual(
        [error.kind, error.phase, error.code, error.avoid],
        ['refused', 'mail', '553', undefined],
      );
    }
  });

  it('is cut short by 421, which ends the connection', async () => {
    const error = await refusalOf(`${asked(...PEOPLE)}S: 250 ok\nS: 250 ok\nS: 421 4.7.0 bye\n`, () =>
      group(...PEOPLE),
    );
    assert.deepEqual([error.kind, error.phase, error.avoid], ['busy', 'rcpt', undefined]);
  });

  for (const name of ['exchange-pipelining-503', 'hostile-pipelining-502']) {
    it(`answered as in ${name} is believed in nothing, and not tried again with this host`, async () => {
      const error = await refusalOf(transcript(`smtp/${name}`), () => group(...PEOPLE));
      assert.deepEqual([error.kind, error.retry, error.avoid], ['protocol', 'now', 'PIPELINING']);
    });
  }

  it('on which the server hangs up, or answers with nonsense, is not tried again either', async () => {
    const { outcome } = hangUpAfter(group(...PEOPLE), [Buffer.from('250 ok')]);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, outcome.avoid], ['closed', 'rcpt', 'PIPELINING']);
    const error = await refusalOf(`${asked('a@b')}S: 250 ok\nS: what?\n`, () => group('a@b'));
    assert.deepEqual([error.kind, error.avoid], ['protocol', 'PIPELINING']);
  });

  it('of one command alone blames nobody', () => {
    const { outcome } = hangUpAfter(open('x@y', ['a@b'], offers({})), [Buffer.from('250 ok')]);
    assert.ok(outcome instanceof MailError);
    assert.equal(outcome.avoid, undefined);
  });
});

describe('reports', () => {
  it('that the server offers and does not know are left out the next time', async () => {
    const notify: readonly Notify[] = ['FAILURE'];
    const envelope = { from: 'x@y', recipients: ['a@b'], options: {}, notify };
    const text =
      'C: MAIL FROM:<x@y>\nS: 250 ok\nC: RCPT TO:<a@b> NOTIFY=FAILURE ORCPT=rfc822;a@b\nS: 555 5.5.4 Unsupported option\n';
    const error = await refusalOf(text, () =>
      openTransaction(host, envelope, offers({ DSN: '' }), {
        reset: false,
        data: true,
        stuck: () => undefined,
      }),
    );
    assert.deepEqual([error.kind, error.avoid], ['protocol', 'DSN']);
  });
});
