// A compressed session with a real server: every message byte for byte, and fewer octets on the wire than the messages have.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Receiving } from '../../src/receive/open-source.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { mailbox } from '../bench/mailbox.ts';
import { dialledFromAfar } from '../support/account.ts';
import { openTestHouse } from '../support/house.ts';
import { startSlowLink } from '../support/slow-link.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

describe('COMPRESS with Dovecot', { skip: without({ Dovecot: DOVECOT }) }, () => {
  test('brings every message, by two sessions, and saves octets; on loopback it is not asked for', async (t) => {
    const dovecot = await startDovecot(t, { keeper: 'secret' });
    const ids: string[] = [];
    let octets = 0;
    for (const made of mailbox(400)) {
      await dovecot.fill('keeper', [made]);
      ids.push(createHash('sha256').update(made.bytes).digest('hex'));
      octets += made.bytes.length;
    }
    const wire: number[] = [];
    for (const dialled of [dialledFromAfar, undefined]) {
      const link = await startSlowLink(t, dovecot.ports.imaps, { delay: 0 });
      const account: Receiving = {
        name: 'imaps',
        address: 'keeper@mail.test',
        user: 'keeper',
        login: () => Promise.resolve({ user: 'keeper', password: 'secret' }),
        receive: {
          protocol: 'imap',
          host: dovecot.host,
          port: link.port,
          tls: 'implicit',
          ca: dovecot.ca,
          schedule: '0 * * * *',
          push: false,
          folders: { include: ['*'], exclude: [] },
          connections: 2,
        },
        timeouts: { connect: 20_000, idle: 20_000 },
      };
      const house = await openTestHouse(t, systemClock);
      const report = await house.poll(account, {}, dialled?.(account));
      assert.deepEqual([report.error, report.stored], [null, ids.length]);
      const files = (await house.files()).map((path) => path.replace(/^.*\/|\.eml$/g, ''));
      assert.deepEqual(files.toSorted(), ids.toSorted());
      wire.push(link.received);
    }
    const [compressed = 0, plain = 0] = wire;
    assert.ok(plain > octets, `${plain} octets came for ${octets}`);
    assert.ok(compressed < 0.85 * plain, `${compressed} octets came compressed, ${plain} plain`);
  });
});
