// Filing in a real Dovecot: what goes in comes back byte for byte with its flags and its date, one by one and several in one
// command, into a folder that has to be made first; and what is deleted there is gone, and nothing else.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Account, Endpoint } from '../../src/model/account.ts';
import type { WireName } from '../../src/model/ids.ts';
import { dial } from '../../src/net/dial.ts';
import { identity, openImap, type ImapSession } from '../../src/net/imap-session.ts';
import { append, type Filed, type Outgoing } from '../../src/protocol/imap/append.ts';
import { uidExpunge } from '../../src/protocol/imap/expunge.ts';
import { uidFetchList } from '../../src/protocol/imap/fetch-list.ts';
import { uidMove } from '../../src/protocol/imap/move.ts';
import { uidSearchMessageId } from '../../src/protocol/imap/search.ts';
import { select } from '../../src/protocol/imap/select.ts';
import { uidStore } from '../../src/protocol/imap/store.ts';
import { fetched } from '../protocol/imap/received.ts';
import { startDovecot } from './dovecot.ts';
import { DOVECOT, without } from './installed.ts';

const WIRE = '&XfJT0ZAB-' as WireName;
const DATE = Date.UTC(1996, 6, 7, 2, 44, 25);

async function session(t: TestContext, port: number, ca: string): Promise<ImapSession> {
  const server: Endpoint = { host: '127.0.0.1', port, tls: 'implicit', ca };
  const account: Account = {
    name: 'own',
    address: 'keeper@mail.test',
    user: 'keeper',
    login: () => Promise.resolve({ user: 'keeper', password: 'secret' }),
    timeouts: { connect: 30_000, idle: 30_000 },
  };
  const connection = await dial(server, account.timeouts);
  t.after(() => connection.close());
  return openImap(connection, account, server, new Set());
}

/** Nothing but octets, lines of any end among them, and `size` of it. */
function message(number: number, size: number): Buffer {
  const head = `Message-ID: <${number}@mail.test>\r\nSubject: a\r\n\r\n.\r\nA0001 OK done\r\n+ go\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.alloc(size, '0123456789 灯塔\xff\r\n')]);
}

function outgoing(octets: Buffer, flags: readonly string[]): Outgoing {
  return { octets: octets.length, from: () => pieces(octets), flags, received: DATE };
}

async function* pieces(octets: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += 65_536) yield octets.subarray(at, at + 65_536);
}

describe('filing in Dovecot', { skip: without({ Dovecot: DOVECOT }) }, () => {
  for (const at of ['at once', 'one by one'] as const)
    test(`${at}: octets, flags and dates come back as they went`, async (t) => {
      const dovecot = await startDovecot(t, { keeper: 'secret' });
      const {
        host,
        tags,
        connection,
        capabilities: offered,
      } = await session(t, dovecot.ports.imaps, dovecot.ca);
      const capabilities = new Set(offered);
      assert.ok(capabilities.delete('MULTIAPPEND'));
      if (at === 'at once') capabilities.add('MULTIAPPEND');
      const all = [10, 5000, 70_000, 3_000_000].map((size, number) => message(number, size));
      const flags = [['\\Seen'], ['\\Flagged', '\\Answered'], [], ['\\Seen', '$Forwarded']];
      const places: (Filed | null)[] = [];
      const filing = {
        capabilities,
        limit: null,
        filed: (_: Outgoing, place: Filed | null) => places.push(place),
      };
      const going = all.map((octets, number) => outgoing(octets, flags[number] ?? []));
      await connection.converse(append(host, tags, WIRE, going, filing));

      const { validity, readOnly } = await connection.converse(select(host, tags, WIRE, identity()));
      assert.deepEqual([readOnly, places], [false, [1, 2, 3, 4].map((uid) => ({ validity, uid }))]);
      const rows = await connection.converse(uidFetchList(host, tags, '1:4', validity));
      assert.deepEqual(
        rows.map(({ flags, received, size }) => [
          flags.filter((f) => f !== '\\Recent').toSorted(),
          received,
          size,
        ]),
        all.map(({ length }, n) => [flags[n]?.toSorted(), DATE, length]),
      );
      const { bodies } = await connection.converse(fetched('1:4', validity, undefined, tags));
      for (const [n, octets] of all.entries())
        assert.ok(Buffer.from(bodies[n]?.text ?? '', 'latin1').equals(octets), 'byte for byte');

      assert.deepEqual(await connection.converse(uidSearchMessageId(host, tags, '<2@mail.test>')), [3]);
      await connection.converse(uidStore(host, tags, '1:2', ['\\Deleted'], validity));
      await connection.converse(uidExpunge(host, tags, offered, '1', validity));
      await connection.converse(uidMove(host, tags, offered, '3', 'INBOX' as WireName, validity));
      const left = await connection.converse(uidFetchList(host, tags, '1:4', validity));
      assert.deepEqual(
        left.map(({ uid }) => uid),
        [2, 4],
        'marked and not named stays',
      );
      assert.equal(dovecot.messages('keeper', 'INBOX').length, 1);
    });
});
