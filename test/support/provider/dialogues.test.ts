// The product's own dialogues over real sockets against the provider: two parties that were written apart understand
// each other, over TLS from the first byte and over STLS and STARTTLS.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import type { TlsMode } from '../../../src/model/account.ts';
import type { Connection } from '../../../src/net/connection.ts';
import { dial } from '../../../src/net/dial.ts';
import { greeting as pop3Greeting } from '../../../src/protocol/pop3/greeting.ts';
import { quit as pop3Quit } from '../../../src/protocol/pop3/quit.ts';
import { stls } from '../../../src/protocol/pop3/stls.ts';
import { uidl } from '../../../src/protocol/pop3/uidl.ts';
import { authenticate } from '../../../src/protocol/smtp/auth.ts';
import { userPass } from '../logins.ts';
import { dataBody, dataEnd } from '../../../src/protocol/smtp/data.ts';
import { ehlo } from '../../../src/protocol/smtp/ehlo.ts';
import { greeting as smtpGreeting } from '../../../src/protocol/smtp/greeting.ts';
import { quit as smtpQuit } from '../../../src/protocol/smtp/quit.ts';
import { starttls } from '../../../src/protocol/smtp/starttls.ts';
import { openTransaction } from '../../../src/protocol/smtp/transaction.ts';
import { retrieved } from '../retrieved.ts';
import { messageIdOf } from './submission.ts';
import { FRIEND, OWNER, startFurnishedProvider } from './furnished.ts';
import type { Provider } from './provider.ts';

const HOST = '127.0.0.1';

async function connect(t: TestContext, { ca }: Provider, port: number, tls: TlsMode): Promise<Connection> {
  const connection = await dial({ host: HOST, port, tls, ca }, { connect: 30_000, idle: 30_000 });
  t.after(() => connection.close());
  return connection;
}

suite('provider and dialogues', () => {
  for (const tls of ['implicit', 'starttls'] as const) {
    test(`POP3, ${tls}: every body of the INBOX comes as it lies there`, async (t) => {
      const { provider } = await startFurnishedProvider({ secureOnly: true });
      t.after(() => provider.stop());
      const port = tls === 'implicit' ? provider.ports.pop3s : provider.ports.pop3;
      const connection = await connect(t, provider, port, tls);
      await connection.converse(pop3Greeting(HOST));
      if (tls === 'starttls') await connection.converse(stls(HOST));
      await connection.converse(userPass(HOST, OWNER.address, OWNER.password));
      const messages = provider.messages(OWNER.address, 'INBOX');
      const ids = await connection.converse(uidl(HOST));
      assert.deepEqual(
        [...ids.values()],
        messages.map((message) => message.uidl),
      );
      for (const [at, message] of messages.entries()) {
        const bytes = await connection.converse(retrieved(HOST, at + 1));
        assert.ok(bytes.equals(message.bytes), message.uidl);
      }
      await connection.converse(pop3Quit(HOST));
    });

    for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
      test(`SMTP, ${tls}, AUTH ${mechanism}: a message arrives byte for byte, dots and all`, async (t) => {
        const { provider, samples } = await startFurnishedProvider({ secureOnly: true });
        t.after(() => provider.stop());
        provider.faults.mechanisms = [mechanism];
        const port = tls === 'implicit' ? provider.ports.smtps : provider.ports.smtp;
        const connection = await connect(t, provider, port, tls);
        await connection.converse(smtpGreeting(HOST));
        let extensions = await connection.converse(ehlo(HOST, 'client.test'));
        if (tls === 'starttls') {
          await connection.converse(starttls(HOST));
          extensions = await connection.converse(ehlo(HOST, 'client.test'));
        }
        const used = authenticate(
          { user: OWNER.address, password: OWNER.password },
          extensions,
          connection.channel,
        );
        assert.equal(await connection.converse(used), mechanism);
        const sent = samples.filter(({ name }) =>
          ['leading-dots', 'raw-gbk-header', 'travel-video'].includes(name),
        );
        for (const { bytes } of sent) {
          const envelope = {
            from: OWNER.address,
            recipients: ['nobody@mail.test', FRIEND.address],
            options: { size: bytes.length, body: '8BITMIME' },
            notify: [],
          } as const;
          const opening = { reset: false, data: true, stuck: () => undefined };
          const opened = await connection.converse(openTransaction(HOST, envelope, extensions, opening));
          const answers = opened.recipients.map(({ answer }) =>
            typeof answer === 'string' ? 0 : answer.code,
          );
          assert.deepEqual([...answers, opened.data?.code], [550, 250, 354]);
          await connection.converse(dataBody(HOST, [bytes]));
          assert.equal((await connection.converse(dataEnd(HOST))).code, 250);
          assert.equal(provider.accepted(messageIdOf(bytes) ?? ''), 1);
        }
        await connection.converse(smtpQuit(HOST));
        const arrived = provider
          .messages(FRIEND.address, 'INBOX')
          .map(({ bytes }) => bytes.toString('latin1'));
        assert.deepEqual(
          arrived,
          sent.map(({ bytes }) => bytes.toString('latin1')),
        );
      });
    }
  }
});
