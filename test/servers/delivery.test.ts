// Through a real Postfix with all that it offers: commands in groups, chunks, many letters over one connection, and reports that
// name the letter they are about.
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { dial } from '../../src/net/dial.ts';
import { show } from '../../src/outbox/show.ts';
import { CA_FILE } from '../support/certificates.ts';
import { until } from '../support/command-line.ts';
import type { Ending } from '../support/temporary.ts';
import { accountAt, message, PostOffice } from '../outbox/post-office.ts';
import { Endings } from '../support/endings.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, POSTFIX, without } from './installed.ts';
import { startPostfix, type Postfix } from './postfix.ts';

const MINUTE = 60_000;
const skip = without({ Dovecot: DOVECOT, Postfix: POSTFIX });

describe('a delivery through Postfix', { skip }, () => {
  let postfix: Postfix;
  const suite = new Endings();
  after(async () => {
    await suite.end();
  });
  before(async () => {
    const dovecot = await startDovecot(suite, { ida: 'secret', jan: 'secret', kim: 'secret' });
    const users = ['ida', 'jan', 'kim', 'leo', 'max', 'nan', 'oda', 'pia', 'grey'];
    postfix = await startPostfix(suite, users, dovecot, await greylist(suite));
  });

  /** An office of that sender, and all that was said. */
  function officeOf(t: Ending, user: string): { readonly office: PostOffice; readonly said: string[] } {
    const address = `${user}@mail.test`;
    const send = {
      tls: 'implicit',
      ca: CA_FILE,
      rate: { perMinute: 1000, perDay: 10_000, perConnection: 100 },
    } as const;
    const account = { ...accountAt(postfix.ports.smtps, send, user, address), user };
    const login = { user, password: 'secret' };
    const office = new PostOffice(t, [{ ...account, login: () => Promise.resolve(login) }]);
    const said: string[] = [];
    office.outbox({
      connect: ({ send: endpoint, timeouts }, signal) => {
        if (endpoint === undefined) throw new Error('no send');
        return dial(endpoint, timeouts, { signal, trace: (who, text) => void said.push(`${who} ${text}`) });
      },
    });
    return { office, said };
  }

  const letter = (user: string, to: string, id: string, body?: string): string =>
    message(to, '', body).replaceAll('wang@', `${user}@`).replace('one@', `${id}@`);
  /** Says what it is, so that nothing is added. */
  const inUtf8 = (text: string): string =>
    text.replace(
      '\n\n',
      '\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n',
    );

  test('one of three is refused: the others have it once, and with the right address the third has it too', async (t) => {
    const { office } = officeOf(t, 'ida');
    office.put('three.eml', letter('ida', 'nan@mail.test, nobody@mail.test, oda@mail.test', 'three'));
    assert.equal((await office.settled()).failed, 1);
    assert.deepEqual(
      office.only().recipients.map(({ address, state }) => `${address} ${state}`),
      ['nan@mail.test sent', 'nobody@mail.test failed', 'oda@mail.test sent'],
    );
    const reason = office.read('failed/three.reason.txt').replace(/\s+/g, ' ');
    assert.match(reason, /Why: 550 5\.1\.1 <nobody@mail\.test>: Recipient address rejected: User unknown/);
    assert.match(reason, /There is no such mailbox: check the address/);
    const text = office.read('failed/three.eml');
    assert.match(text, /^X-Mailkeep-Only-To: nobody@mail\.test\r\n/);
    office.put('again.eml', text.replace(/^X-Mailkeep-Only-To: nobody@/, 'X-Mailkeep-Only-To: pia@'));
    assert.equal((await office.settled()).sent, 1);
    const copies = (user: string): number =>
      postfix.arrived(user).filter((mail) => mail.includes('<three@mail.test>')).length;
    await until(() => ['nan', 'oda', 'pia'].every((user) => copies(user) > 0), 'all three have it');
    assert.deepEqual(['nan', 'oda', 'pia'].map(copies), [1, 1, 1]);
  });

  test('greylisted by a policy server it is deferred with the cure, and sent once when it comes again', async (t) => {
    const { office } = officeOf(t, 'jan');
    office.put('grey.eml', letter('jan', 'grey@mail.test', 'grey'));
    assert.equal((await office.settled()).deferred, 1);
    assert.match(office.only().recipients[0]?.reply ?? '', /^450 4\.7\.1 .*Greylisted/);
    assert.match(show(office.data, office.only().id, office.clock.now()).hints[0]?.en ?? '', /greylisting/);
    await office.later(5 * MINUTE);
    assert.equal(office.only().state, 'sent');
    await until(() => postfix.arrived('grey').length > 0, 'it has arrived');
    assert.equal(postfix.arrived('grey').length, 1);
  });

  test('100 letters over one connection arrive once each, byte for byte', async (t) => {
    const { office, said } = officeOf(t, 'ida');
    const text = (n: number): string =>
      inUtf8(letter('ida', 'leo@mail.test', `n${n}`, `.${n}\n..\n灯塔 ${n}  \n.\n`));
    for (let n = 0; n < 100; n++) office.put(`${n}.eml`, text(n));
    await office.settled();
    await office.later(MINUTE);
    assert.ok(office.list().every(({ state, attempts }) => state === 'sent' && attempts === 1));
    await until(() => postfix.arrived('leo').length >= 100, 'all have arrived');
    const arrived = postfix.arrived('leo').map((one) => one.slice(one.indexOf('From: Wang')));
    const wanted = Array.from({ length: 100 }, (_, n) => Buffer.from(text(n)).toString('latin1'));
    assert.deepEqual(arrived.toSorted(byText), wanted.toSorted(byText));
    const groups = said.filter((line) => /^C (RSET +)?MAIL FROM:\S+ .*RCPT TO:.*DATA/.test(line));
    assert.equal(groups.length, 100, 'MAIL, RCPT and DATA leave together');
    assert.ok(
      groups.filter((line) => line.startsWith('C RSET')).length >= 95,
      'nearly all over a used connection',
    );
    assert.ok(said.filter((line) => line.startsWith('C EHLO')).length <= 5);
  });

  test('a large letter goes in chunks, and arrives byte for byte', async (t) => {
    const { office, said } = officeOf(t, 'jan');
    const text = inUtf8(
      letter('jan', 'max@mail.test', 'large', '.\n..dots and text\n灯塔的灯又亮了\n'.repeat(60_000)),
    );
    office.put('large.eml', text);
    await office.settled();
    assert.equal(office.only().state, 'sent');
    await until(() => postfix.arrived('max').length > 0, 'it has arrived');
    const [arrived = ''] = postfix.arrived('max');
    assert.ok(
      arrived.slice(arrived.indexOf('From: Wang')) === Buffer.from(text).toString('latin1'),
      'the same octets',
    );
    assert.ok(said.filter((line) => line.startsWith('C BDAT')).length >= 3);
    assert.ok(said.includes('C BDAT 0 LAST'));
    assert.ok(!said.includes('C DATA'));
  });

  test('a report comes back that names the letter it is about, for whom it was wanted', async (t) => {
    const { office } = officeOf(t, 'kim');
    office.put('told.eml', `X-Mailkeep-Dsn: success\n${letter('kim', 'jan@mail.test', 'told')}`);
    office.put('usual.eml', letter('kim', 'jan@mail.test', 'usual'));
    await office.settled();
    assert.ok(office.list().every(({ state }) => state === 'sent'));
    await until(() => postfix.arrived('jan').length === 2 && postfix.arrived('kim').length > 0, 'a report');
    const reports = postfix.arrived('kim');
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? '', /^Original-Envelope-Id: told@mail\.test$/m);
    assert.match(reports[0] ?? '', /^Original-Recipient: rfc822;jan@mail\.test$/m);
    assert.match(reports[0] ?? '', /^Action: delivered$/m);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Says to the first letter for `grey` that it is to come again, as postgrey does; its port. */
async function greylist(suite: Ending): Promise<number> {
  let known = false;
  const server = createServer((socket) => {
    let held = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      held += chunk.toString();
      for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
        const isGrey = held.slice(0, end).includes('\nrecipient=grey@');
        held = held.slice(end + 2);
        socket.write(`action=${isGrey && !known ? '450 4.7.1 Greylisted, see postgrey' : 'DUNNO'}\n\n`);
        known ||= isGrey;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  suite.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}
