// A Dovecot that keeps only hashes of its passwords, and offers SCRAM and CRAM-MD5 all the same (S-004), as operators often
// leave it: the way in is PLAIN, over TLS, and the next time it is taken at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import type { Avoided } from '../../src/receive/reopen.ts';
import { dialled } from '../support/account.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, program, without } from './installed.ts';
import { accountOf } from './receiver.ts';

const DOVEADM = program('/usr/bin/doveadm', '/usr/local/bin/doveadm');
const PASSWORD = 'gehe"im \\ 密码';

/** Opens and closes the account; the logins that were said. */
async function logins(account: Receiving, avoided: Avoided): Promise<string[]> {
  const said: string[] = [];
  const connect = dialled(account, (who, text) => void (who === 'C' && said.push(text)));
  const source = openSource(account, connect, avoided);
  try {
    await source.open();
  } finally {
    source.abort();
  }
  return said.flatMap((text) => /\bAUTH(?:ENTICATE)? (\S+)/.exec(text)?.[1] ?? []);
}

describe('Dovecot with hashed passwords', { skip: without({ Dovecot: DOVECOT }) }, () => {
  test('lets in by PLAIN, and only a wrong password is refused', async (t) => {
    const dovecot = await startDovecot(t, { keeper: PASSWORD });
    const hash = execFileSync(DOVEADM ?? '', ['pw', '-s', 'SHA512-CRYPT', '-p', PASSWORD], {
      encoding: 'utf8',
    });
    writeFileSync(join(dirname(dovecot.mail), 'users'), `keeper:${hash}`);
    for (const way of ['imaps', 'pop3s'] as const) {
      const avoided: Avoided = new Map();
      const account = accountOf(dovecot, way, 'keeper', PASSWORD);
      assert.deepEqual(await logins(account, avoided), ['SCRAM-SHA-256', 'PLAIN']);
      for (let times = 0; times < 3; times++) assert.deepEqual(await logins(account, avoided), ['PLAIN']);
      await assert.rejects(
        logins(accountOf(dovecot, way, 'keeper', 'wrong'), avoided),
        (thrown) => thrown instanceof MailError && thrown.kind === 'auth' && thrown.retry === 'never',
      );
    }
  });
});
