// Sending through real servers, one suite for all: what is dropped into the outbox of the running service
// arrives with the octets that were frozen, once, and whoever cannot be reached is told of in words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/command-line.ts';
import { Endings } from '../support/endings.ts';
import { install, type Installation } from '../support/installation.ts';
import type { Ending } from '../support/temporary.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, EXIM, OPENSMTPD, POSTFIX, without } from './installed.ts';
import { startExim } from './exim.ts';
import { startOpensmtpd } from './opensmtpd.ts';
import { startPostfix } from './postfix.ts';
import type { Users } from './receiver.ts';
import type { StartSubmission, Submission } from './submission.ts';

const PASSWORD = 'gehe"im \\ 密码';

/** Lines that begin with a dot, octets above 127, blanks at the end of a line, a boundary, a dot as the last line. */
const BODY = [
  '--cut',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '.',
  '..two dots',
  '灯塔的灯又亮了。   ',
  '',
  '.gitignore',
  '--cut',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('\0\x01\xff.\r\n.\r\n', 'latin1').toString('base64'),
  '--cut--',
  '.',
  '',
].join('\r\n');

const SERVERS: readonly [
  name: string,
  installed: Readonly<Record<string, string | undefined>>,
  start: StartSubmission,
][] = [
  ['Postfix', { Dovecot: DOVECOT, Postfix: POSTFIX }, startPostfixAndDovecot],
  ['Exim', { Exim: EXIM }, startExim],
  ['OpenSMTPD', { OpenSMTPD: OPENSMTPD }, startOpensmtpd],
];

for (const [name, installed, start] of SERVERS) {
  describe(`through ${name}`, { skip: without(installed) }, () => {
    let server: Submission;
    const ends = new Endings();
    after(async () => {
      await ends.end();
    });
    before(async () => {
      // Each test has a sender and a recipient of its own.
      const senders = Object.fromEntries(['ann', 'cid', 'eve', 'gil'].map((sender) => [sender, PASSWORD]));
      const mailboxes = ['ann', 'bob', 'cid', 'dan', 'fay', 'hal'];
      server = await start(ends, mailboxes, senders);
    });

    for (const [way, sender, recipient] of [
      ['smtps', 'ann', 'bob'],
      ['submission', 'cid', 'dan'],
    ] as const) {
      test(`a letter dropped while the service runs arrives over ${way}, byte for byte, once`, async (t) => {
        const house = install(t, [accountAt(server, way, sender)]);
        const service = house.line.start('--verbose', 'daemon');
        await until(() => service.said().includes('mailkeep is running'), service.said);
        const letter = lighthouse(sender, recipient);
        house.drop('lighthouse.eml', letter);
        await until(() => house.names('sent').length > 0, service.said);
        house.drop(
          'without.eml',
          `From: ${sender}@mail.test\nTo: ${recipient}@mail.test\nBcc: ${sender}@mail.test\n\nHello.\n`,
        );
        await until(() => house.names('sent').length > 1, service.said);
        const ended = await service.stop();
        assert.equal(ended.code, 0, ended.stderr);
        await until(
          () => server.arrived(recipient).length > 1 && server.arrived(sender).length > 0,
          'all have arrived',
        );

        assert.match(ended.stderr, /AUTH [A-Z]/);
        assert.ok(!ended.stderr.includes(PASSWORD));
        const arrived = server.arrived(recipient);
        const first = arrived.find((text) => text.includes('<lighthouse@'));
        assert.equal(afterTrace(first), asDelivered(letter), 'the octets that were dropped, below the trace');
        assert.deepEqual(house.names('sent'), ['lighthouse.eml', 'without.eml']);
        const kept = readFileSync(join(house.outbox, 'sent', 'without.eml'), 'latin1');
        const frozen = kept.replace(/^Bcc: .*\r\n/, '');
        assert.notEqual(frozen, kept, 'the sender’s copy has the Bcc');
        const second = arrived.find((text) => !text.includes('<lighthouse@'));
        assert.equal(afterTrace(second), asDelivered(frozen), 'what arrives has not');
        assert.match(frozen, /^Message-ID: </m);
        assert.match(frozen, /^Date: /m);
        assert.deepEqual([arrived.length, server.arrived(sender).length], [2, 1]);
        assert.equal(house.stored().size, 2, 'what was sent is kept in the archive');
      });
    }

    test('a recipient that does not exist fails with words that a person understands; the other has it once', async (t) => {
      const house = install(t, [accountAt(server, 'submission', 'eve')]);
      house.drop('nobody.eml', letterFrom('eve', 'nobody@mail.test', 'to nobody'));
      house.drop('both.eml', letterFrom('eve', 'fay@mail.test, nobody@mail.test', 'to both'));
      const service = house.line.start('daemon');
      await until(() => house.names('failed').length === 4, service.said);
      assert.equal((await service.stop()).code, 0);
      await until(() => server.arrived('fay').length > 0, 'Fay has hers');
      const failed = ['both.eml', 'both.reason.txt', 'nobody.eml', 'nobody.reason.txt'];
      assert.deepEqual([house.names('failed'), house.names('sent')], [failed, []]);
      const alone = reason(house, 'nobody');
      assert.match(alone, /^This message was not sent\./);
      assert.match(alone, /550 .*(?:<nobody@mail\.test>.*User unknown|Invalid recipient)/);
      assert.match(alone, /What to do:\n\s+\S/);
      assert.match(alone, /move nobody\.eml back into the outbox folder/);
      const partly = reason(house, 'both');
      assert.match(partly, /^This message reached some of its recipients, and not all\./);
      assert.match(partly, /Not sent to:\n\s+nobody@mail\.test\n/);
      assert.match(partly, /Sent to:\n\s+fay@mail\.test: 250 /);

      // The way back that the reason names: it goes only to whom it has not reached, and fails again.
      house.drop('both.eml', readFileSync(join(house.outbox, 'failed', 'both.eml')));
      const again = house.line.start('daemon');
      await until(() => house.names('failed').length === 6, again.said);
      assert.equal((await again.stop()).code, 0);
      assert.deepEqual(server.arrived('fay').map(subject), ['to both'], 'Fay has it once');
    });

    test('a wrong password costs a letter nothing: it waits, and the log says why', async (t) => {
      const house = install(t, [{ ...accountAt(server, 'smtps', 'gil'), password: 'wrong' }]);
      house.drop('early.eml', letterFrom('gil', 'hal@mail.test', 'early'));
      const service = house.line.start('daemon');
      await until(() => service.said().includes('pauses until'), service.said);
      assert.equal((await service.stop()).code, 0);
      const states = (await house.queue()).map(({ state, attempts }) => [state, attempts]);
      assert.deepEqual(states, [['due', 0]]);
      assert.match(service.said(), /SMTP AUTH .* 535/);
      assert.deepEqual([house.names('failed'), house.names('sent'), server.arrived('hal')], [[], [], []]);
    });
  });
}

function lighthouse(from: string, to: string): string {
  const header = [
    'Date: Fri, 20 Nov 2026 10:00:00 +0800',
    `From: The Keeper <${from}@mail.test>`,
    `To: ${to}@mail.test`,
    'Subject: =?UTF-8?B?54Gv5aGU5p2l5L+h?=',
    'Message-ID: <lighthouse@mail.test>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=cut',
  ];
  return `${header.join('\r\n')}\r\n\r\n${BODY}`;
}

function letterFrom(from: string, to: string, about: string): string {
  return `Date: Fri, 20 Nov 2026 10:00:00 +0800\nFrom: ${from}@mail.test\nTo: ${to}\nSubject: ${about}\n\nHello.\n`;
}

/** Postfix asks a Dovecot who may log in. */
async function startPostfixAndDovecot(
  test: Ending,
  mailboxes: readonly string[],
  senders: Users,
): Promise<Submission> {
  return startPostfix(test, mailboxes, await startDovecot(test, senders));
}

function accountAt({ host, ports, ca }: Submission, way: 'smtps' | 'submission', user: string): object {
  const tls = way === 'smtps' ? 'implicit' : 'starttls';
  return {
    name: user,
    address: `${user}@mail.test`,
    user,
    password: PASSWORD,
    send: { host, port: ports[way], tls, ca, saveSent: 'never' },
  };
}

/** What stands below the trace that a server writes: the envelope, dates, and one Received. */
function afterTrace(arrived: string | undefined): string | undefined {
  return arrived?.replace(
    /^(?:(?:Return-Path|X-Original-To|Delivered-To|Envelope-to|Delivery-date|Received): .*\n(?:[ \t].*\n)*)+/i,
    '',
  );
}

/** As a Maildir holds it: LF, one character an octet. */
function asDelivered(text: string): string {
  return Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1')
    .toString('latin1')
    .replaceAll('\r\n', '\n');
}

function subject(arrived: string): string | undefined {
  return /^Subject: (.*)$/m.exec(arrived)?.[1];
}

function reason(house: Installation, name: string): string {
  return readFileSync(join(house.outbox, 'failed', `${name}.reason.txt`), 'utf8');
}
