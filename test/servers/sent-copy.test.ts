// Sent through Postfix, and filed in Dovecot: the copy lies in Sent once, as it was sent; and where the server files one by
// itself, which a delivery into Sent stands for here, there is no second one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { list } from '../../src/outbox/list.ts';
import { CA_FILE } from '../support/certificates.ts';
import { until } from '../support/command-line.ts';
import { install } from '../support/installation.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, POSTFIX, without } from './installed.ts';
import { startPostfix } from './postfix.ts';

const skip = without({ Dovecot: DOVECOT, Postfix: POSTFIX });

describe('the Sent copy at a real server', { skip }, () => {
  for (const files of [false, true])
    test(files ? 'is left to a server that files it' : 'is filed once', async (t) => {
      const dovecot = await startDovecot(t, { ann: 'secret' });
      const postfix = await startPostfix(t, ['ann', 'bob'], dovecot);
      const lies = (text: string) =>
        dovecot.fill('ann', [{ folder: 'Sent Messages', bytes: Buffer.from(text), flags: 'S' }]);
      await lies('Subject: older\r\n\r\nolder\r\n');
      const house = install(t, [
        {
          name: 'ann',
          address: 'ann@mail.test',
          user: 'ann',
          password: 'secret',
          receive: { host: dovecot.host, port: dovecot.ports.imaps, ca: CA_FILE, schedule: '0 0 1 1 *' },
          // `always` spares the minute in which a copy of the server's own is looked for.
          send: {
            host: postfix.host,
            port: postfix.ports.smtps,
            ca: CA_FILE,
            saveSent: files ? 'auto' : 'always',
          },
        },
      ]);
      const service = house.line.start('daemon');
      await until(() => service.said().includes('push is on'), service.said);
      const octets =
        'From: ann@mail.test\r\nTo: bob@mail.test\r\nMessage-ID: <x@mail.test>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nHello.\r\n';
      house.drop('x.eml', octets);
      await until(() => house.names('sent').length === 1, service.said);
      if (files) await lies(octets);
      const wanted = files ? 'found' : 'filed';
      await until(() => list(house.data)[0]?.sentCopy?.state === wanted, service.said);
      const copies = dovecot
        .messages('ann', 'Sent Messages')
        .map((one) => one.toString().replace(/\r?\n/g, '\r\n'))
        .filter((one) => one.includes('<x@mail.test>'));
      assert.deepEqual(copies, [octets]);
      assert.equal((await service.stop()).code, 0);
      await until(() => postfix.arrived('bob').length === 1, 'it arrived');
    });
});
