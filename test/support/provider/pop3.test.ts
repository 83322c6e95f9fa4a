// The provider's POP3 side over plain sockets.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import type { LineClient } from '../line-client.ts';
import { connectTo } from '../line-client.ts';
import { HungUp } from '../peer.ts';
import type { Provider } from './provider.ts';
import { startProvider } from './provider.ts';

const USER = 'li@mail.test';

async function provider(t: TestContext): Promise<Provider> {
  const started = await startProvider({ users: { [USER]: 'a pass' } });
  t.after(() => started.stop());
  started.deliver(USER, 'INBOX', Buffer.from('Subject: one\r\n\r\n.dot\r\n..\r\n'));
  started.deliver(USER, 'INBOX', Buffer.from('Subject: two\r\n\r\nno end'));
  return started;
}

async function loggedIn(t: TestContext, of: Provider): Promise<LineClient> {
  const client = await connectTo(t, of.ports.pop3s, true);
  await client.line();
  await client.ask(`USER ${USER}`, /^\+OK/);
  await client.ask('PASS a pass', /^\+OK 2 messages/);
  return client;
}

suite('provider, POP3', () => {
  test('lists, and sends bodies with stuffed dots', async (t) => {
    const client = await loggedIn(t, await provider(t));
    assert.deepEqual(await client.ask('STAT', /./), ['+OK 2 48']);
    assert.deepEqual(await client.ask('LIST', /^\.$/), ['+OK', '1 26', '2 22', '.']);
    assert.deepEqual(await client.ask('UIDL', /^\.$/), ['+OK', '1 keep000001', '2 keep000002', '.']);
    assert.deepEqual(await client.ask('RETR 1', /^\.$/), [
      '+OK 26 octets',
      'Subject: one',
      '',
      '..dot',
      '...',
      '.',
    ]);
    assert.deepEqual(await client.ask('TOP 1 1', /^\.$/), ['+OK', 'Subject: one', '', '..dot', '.']);
    assert.deepEqual(await client.ask('RETR 2', /^\.$/), [
      '+OK 22 octets',
      'Subject: two',
      '',
      'no end',
      '.',
    ]);
  });

  test('deletes at QUIT and only there', async (t) => {
    const house = await provider(t);
    const lost = await loggedIn(t, house);
    await lost.ask('DELE 1', /^\+OK/);
    house.hangUp();
    await assert.rejects(lost.line(), HungUp);
    const client = await loggedIn(t, house);
    await client.ask('DELE 1', /^\+OK/);
    await client.ask('RETR 1', /^-ERR/);
    await client.ask('RSET', /^\+OK/);
    await client.ask('DELE 2', /^\+OK/);
    await client.ask('QUIT', /^\+OK/);
    assert.deepEqual(
      house.messages(USER, 'INBOX').map(({ uid }) => uid),
      [1],
    );
  });

  test('speaks STLS, which CAPA offers in clear only', async (t) => {
    const client = await connectTo(t, (await provider(t)).ports.pop3);
    await client.line();
    assert.ok((await client.ask('CAPA', /^\.$/)).includes('STLS'));
    await client.ask('STLS', /^\+OK/);
    await client.startTls();
    assert.ok(!(await client.ask('CAPA', /^\.$/)).includes('STLS'));
  });

  test('refuses a wrong password, a chosen message, and a command whose answer was foreseen', async (t) => {
    const house = await provider(t);
    house.faults.answers.set('POP3 CAPA', '-ERR what?');
    house.faults.refuse = ({ uid }) => uid === 2;
    const client = await connectTo(t, house.ports.pop3);
    await client.line();
    await client.ask('CAPA', /^-ERR what\?$/);
    await client.ask(`USER ${USER}`, /^\+OK/);
    await client.ask('PASS wrong', /^-ERR \[AUTH\]/);
    await client.ask(`USER ${USER}`, /^\+OK/);
    await client.ask('PASS a pass', /^\+OK/);
    await client.ask('RETR 2', /^-ERR \[SYS\/TEMP\]/);
    house.faults.cut = { after: 10, times: 1 };
    await client.send('RETR 1');
    await client.line();
    assert.equal(await client.octets(10), 'Subject: o');
    await assert.rejects(client.octets(1), HungUp);
  });
});
