// From clear text to TLS, for all three protocols against hostile networks: what is put behind the go-ahead, what is taken out
// of a list, what was told too early. However it is tried, no name and no password is said in clear.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Endpoint } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import { login } from '../../src/outbox/login.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import { CA_FILE } from '../support/certificates.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const TIMES = { connect: 30_000, idle: 30_000 };
const ANNA = { user: 'anna@mail.test', password: 'hunter2hunter2' };

type Protocol = 'imap' | 'pop3' | 'smtp';

interface Script {
  /** The greeting, and what comes before STARTTLS is asked for. */
  readonly before: (peer: Peer) => Promise<void>;
  /** The command that asks for TLS. */
  readonly asks: RegExp;
}

/** What an honest server says until TLS is asked for; with `offers: false` STARTTLS is not in any list. */
function opening(protocol: Protocol, offers: boolean): Script {
  switch (protocol) {
    case 'imap':
      return {
        before: (peer) =>
          peer.lines(`* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN${offers ? ' STARTTLS' : ''}] ready`),
        asks: /^A0001 STARTTLS$/,
      };
    case 'pop3':
      return { before: (peer) => peer.lines('+OK <1896.697170952@mail.test> ready'), asks: /^STLS$/ };
    case 'smtp':
      return {
        before: async (peer) => {
          await peer.lines('220 mail.test ESMTP');
          await peer.expect(/^EHLO /);
          await peer.lines(
            '250-mail.test',
            ...(offers ? ['250-STARTTLS'] : ['250-XXXXXXXA']),
            '250 AUTH PLAIN LOGIN',
          );
        },
        asks: /^STARTTLS$/,
      };
  }
}

/** Connects and logs in as a poll or a delivery does; what it throws. */
async function attempt(protocol: Protocol, server: ScriptedServer): Promise<MailError | undefined> {
  const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'starttls', ca: CA_FILE };
  const base = {
    name: 'a',
    address: ANNA.user,
    user: ANNA.user,
    login: () => Promise.resolve(ANNA),
    timeouts: TIMES,
  };
  const going = async (): Promise<void> => {
    if (protocol === 'smtp') {
      const from = {
        from: [],
        saveSent: 'never',
        uncertain: 'hold',
        rate: { perMinute: 1, perDay: 1 },
      } as unknown;
      const send = { ...endpoint, ...(from as object) } as Receiving['send'];
      await login(await dial(endpoint, TIMES), { ...base, send }, 'laptop.example');
      return;
    }
    const folders = { include: ['*'], exclude: [] };
    const receive = { ...endpoint, protocol, schedule: '* * * * *', push: false, folders, connections: 1 };
    const account: Receiving = { ...base, receive };
    await openSource(account, () => dial(endpoint, TIMES), new Map()).open();
  };
  try {
    await going();
    return undefined;
  } catch (thrown) {
    assert.ok(thrown instanceof MailError, String(thrown));
    return thrown;
  }
}

function saidNothing(server: ScriptedServer): void {
  for (let nth = 0; nth < server.connections; nth++)
    assert.doesNotMatch(server.heard(nth), /AUTH|LOGIN|USER|PASS|APOP|hunter2|anna/i);
}

async function serving(t: TestContext, script: (peer: Peer) => Promise<void>): Promise<ScriptedServer> {
  return startScriptedServer(t, script);
}

const GO: Readonly<Record<Protocol, string>> = {
  imap: 'A0001 OK go\r\n',
  pop3: '+OK go\r\n',
  smtp: '220 go\r\n',
};
const NO: Readonly<Record<Protocol, readonly string[]>> = {
  imap: ['A0001 NO [UNAVAILABLE] no', 'A0001 BAD command not support'],
  pop3: ['-ERR not now', '-ERR Command not permitted'],
  smtp: ['454 4.7.0 TLS not available', '502 5.5.1 unknown', '500 5.5.1 XXXXXXXA'],
};
const INJECTED: Readonly<Record<Protocol, string>> = {
  imap: '* CAPABILITY IMAP4REV1 AUTH=PLAIN\r\nA0002 OK capability done.\r\n',
  pop3: '+OK extra\r\n',
  smtp: '250-mail.test\r\n250 AUTH LOGIN\r\n',
};

for (const protocol of ['imap', 'pop3', 'smtp'] as const) {
  describe(`STARTTLS of ${protocol}`, () => {
    const { before, asks } = opening(protocol, true);

    test('ends where octets follow the go-ahead in the same packet (I-150, P-041, S-030)', async (t) => {
      const server = await serving(t, async (peer) => {
        await before(peer);
        await peer.expect(asks);
        await peer.startTls(GO[protocol] + INJECTED[protocol]);
      });
      const error = await attempt(protocol, server);
      assert.deepEqual([error?.kind, error?.retry], ['tls', 'later']);
      assert.match(error?.message ?? '', /in clear behind its go-ahead/);
      saidNothing(server);
    });

    for (const answer of NO[protocol]) {
      test(`that is refused with "${answer}" is the end of it (S-029)`, async (t) => {
        const server = await serving(t, async (peer) => {
          await before(peer);
          await peer.expect(asks);
          await peer.lines(answer);
          await peer.stall();
        });
        const error = await attempt(protocol, server);
        assert.deepEqual([error?.kind, error?.retry], ['tls', 'later']);
        saidNothing(server);
      });
    }

    test('is asked for although somebody took it out of the list (T-006, T-012)', async (t) => {
      const stripped = opening(protocol, false);
      const server = await serving(t, async (peer) => {
        await stripped.before(peer);
        await peer.expect(stripped.asks);
        await peer.startTls(GO[protocol], 'self-signed');
      });
      const error = await attempt(protocol, server);
      assert.equal(error?.kind, 'tls');
      assert.match(error.message, /the certificate is signed by itself/);
      saidNothing(server);
    });

    test('forgets what was told before it', async (t) => {
      const server = await serving(t, async (peer) => {
        await before(peer);
        await peer.expect(asks);
        await peer.startTls(GO[protocol]);
        // Before TLS there was PLAIN (or a stamp for APOP); behind it CRAM-MD5 is all there is.
        if (protocol === 'imap') {
          await peer.expect(/^A0002 CAPABILITY$/);
          await peer.lines('* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5', 'A0002 OK');
          await peer.expect(/^A0003 AUTHENTICATE CRAM-MD5$/);
          await peer.lines('A0003 NO [AUTHENTICATIONFAILED] no');
        } else if (protocol === 'pop3') {
          await peer.expect(/^CAPA$/);
          await peer.lines('+OK', 'SASL GSSAPI', '.');
          await peer.expect(/^USER /); // and not APOP
          await peer.lines('-ERR unknown command');
        } else {
          await peer.expect(/^EHLO /);
          await peer.lines('250-mail.test', '250 AUTH CRAM-MD5');
          await peer.expect(/^AUTH CRAM-MD5$/);
          await peer.lines('535 no');
        }
        await peer.stall();
      });
      const error = await attempt(protocol, server);
      assert.equal(error?.kind, 'auth');
      if (protocol === 'pop3') assert.doesNotMatch(server.heard(), /APOP/);
    });
  });
}

test('PREAUTH leaves no way to STARTTLS, and is refused (I-152)', async (t) => {
  const server = await serving(t, async (peer) => {
    await peer.lines('* PREAUTH [CAPABILITY IMAP4rev1] welcome');
    await peer.stall();
  });
  const error = await attempt('imap', server);
  assert.deepEqual([error?.kind, error?.retry], ['tls', 'later']);
  assert.equal(server.heard(), '');
});
