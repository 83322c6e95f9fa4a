// A letter's whole way, from the drop folder to a real socket, with everything that a server can do on it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const ID = '<one@mail.test>';

suite('outbox', () => {
  test('a dropped message arrives once, with its Bcc known to nobody but its sender', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('hello.eml', message(LI, `Bcc: ${ZHAO}\nX-Mailkeep-Note: x\n`, '.dot\nHello.\n'));
    const report = await office.settled();
    assert.deepEqual([report.claimed, report.sent, report.failed, report.next], [1, 1, 0, null]);
    const [submission] = server.submissions;
    const sent = message(LI, '', '.dot\nHello.\n').replaceAll('\n', '\r\n');
    assert.equal(submission?.bytes.toString(), sent);
    assert.deepEqual(submission?.recipients, [ZHAO, LI]);
    assert.equal(submission?.from, WANG);
    assert.equal(server.accepted(ID), 1);
    assert.deepEqual(office.names(), []);
    assert.deepEqual(office.names('sent'), ['hello.eml']);
    assert.equal(office.read('sent/hello.eml'), `Bcc: ${ZHAO}\r\n${sent}`);
    assert.deepEqual(
      office.kept.map(({ account, bytes }) => [account, bytes.toString()]),
      [['wang', `Bcc: ${ZHAO}\r\n${sent}`]],
    );
    assert.deepEqual(office.spool(), []);
    assert.equal(office.only().state, 'sent');
    assert.equal((await office.later(MINUTE)).sent, 0);
    assert.equal(server.submissions.length, 1);
  });

  test('what is no letter is left where it is', async (t) => {
    const office = new PostOffice(t, [accountAt(1)]);
    for (const name of ['x.eml.tmp', '.x.eml', 'x.eml.part', 'x.eml~', 'notes.txt']) {
      writeFileSync(join(office.drop, name), message(LI));
    }
    assert.equal((await office.settled()).claimed, 0);
    assert.equal(office.names().length, 5);
  });

  test('a sender that is not the account’s fails before any connection', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('other.eml', message(LI).replace(WANG, 'mallory@mail.test'));
    assert.equal((await office.settled()).failed, 1);
    assert.equal(server.connections('SMTP'), 0);
    assert.deepEqual(office.names('failed'), ['other.eml', 'other.reason.txt']);
    assert.match(office.read('failed/other.reason.txt'), /No account sends for mallory@mail\.test/);
    assert.match(office.read('failed/other.eml'), /mallory/);
  });
});
