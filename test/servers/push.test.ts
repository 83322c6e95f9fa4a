// Push from a real Dovecot: a message that is delivered is stored within seconds although the schedule says hourly, in
// INBOX and, by NOTIFY, in another folder; and the service still stops at once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/command-line.ts';
import { connectTo } from '../support/line-client.ts';
import { install } from '../support/installation.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

describe('push from Dovecot', { skip: without({ Dovecot: DOVECOT }) }, () => {
  for (const connections of [1, 2])
    test(`with ${connections} connections: what is delivered is stored, though the schedule says once a year`, async (t) => {
      const dovecot = await startDovecot(t, { keeper: 'secret' });
      await dovecot.fill('keeper', [{ folder: 'Arbeit', bytes: letter('old'), flags: '' }]);
      const house = install(t, [
        {
          name: 'own',
          address: 'keeper@mail.test',
          user: 'keeper',
          password: 'secret',
          receive: {
            host: '127.0.0.1',
            port: dovecot.ports.imaps,
            ca: dovecot.ca,
            schedule: '0 0 1 1 *',
            connections,
          },
        },
      ]);
      const service = house.line.start('--verbose', 'daemon');
      await until(() => service.said().includes('push is on'), service.said);
      assert.equal(house.stored().size, 1);
      await dovecot.fill('keeper', [{ folder: 'INBOX', bytes: letter('new'), flags: '' }]);
      await until(() => house.stored().size === 2, service.said);
      // With one connection, the next poll would be half a minute later.
      if (connections > 1) {
        // Another program of the person files a message in another folder.
        const other = await connectTo(t, dovecot.ports.imaps, true);
        await other.ask('', /^\* OK/);
        await other.ask('a LOGIN keeper secret', /^a OK/);
        const filed = letter('filed').toString();
        await other.ask(`b APPEND Arbeit {${filed.length}+}\r\n${filed}`, /^b OK/);
        await until(() => house.stored().size === 3, service.said);
      }
      const ended = await service.stop();
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stderr, /NOTIFY SET/);
    });
});

function letter(subject: string): Buffer {
  return Buffer.from(`From: a@mail.test\r\nSubject: ${subject}\r\n\r\nHello.\r\n`);
}
