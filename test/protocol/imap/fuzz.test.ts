// What a server may send is without end; this sends some of it. Whatever comes: the dialogue ends, with a result or a
// MailError, and every sink that was opened is closed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { MailError } from '../../../src/model/error.ts';
import type { UidValidity, WireName } from '../../../src/model/ids.ts';
import type { Came, Dialogue, Want } from '../../../src/protocol/dialogue.ts';
import { dial } from '../../../src/net/dial.ts';
import { Framing } from '../../../src/protocol/framing.ts';
import { capability } from '../../../src/protocol/imap/capability.ts';
import { compress } from '../../../src/protocol/imap/compress.ts';
import { enable } from '../../../src/protocol/imap/enable.ts';
import { allUids } from '../../../src/protocol/imap/esearch.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { greeting } from '../../../src/protocol/imap/greeting.ts';
import { id } from '../../../src/protocol/imap/id.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { survey } from '../../../src/protocol/imap/survey.ts';
import { logout } from '../../../src/protocol/imap/logout.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { chance } from '../../support/random.ts';
import type { Chance } from '../../support/random.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { transcript } from '../../support/transcript.ts';
import { fetched, fetchedTogether, host, identity, Received } from './received.ts';
import { imapLogin } from '../../support/logins.ts';

const lost = new MailError({ kind: 'closed', retry: 'now', message: 'imap.example closed the connection' });

/** Plays the octets of a server that listens to nothing, then closes. Returns what the dialogue threw, if anything. */
async function hear(bytes: Buffer, dialogue: Dialogue<unknown>, luck: Chance): Promise<unknown> {
  const framing = new Framing();
  let at = 0;
  const more = (): boolean => {
    const piece = bytes.subarray(at, at + 1 + luck.upTo(200));
    at += piece.length;
    framing.push(Buffer.from(piece));
    return piece.length > 0;
  };
  try {
    let step = dialogue.next();
    for (let steps = 0; step.done !== true; steps++) {
      assert.ok(steps < 100_000, 'it goes on for ever');
      const came = await answer(step.value, framing, more).catch((thrown: unknown) => thrown as Error);
      step = came instanceof Error ? dialogue.throw(came) : dialogue.next(came);
    }
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

async function answer(want: Want, framing: Framing, more: () => boolean): Promise<Came> {
  if (want.want === 'line') {
    for (;;) {
      const line = framing.takeLine();
      if (line !== undefined) return line;
      if (more()) continue;
      if (want.grace !== undefined) return null;
      throw lost;
    }
  }
  if (want.want === 'body' && want.until !== 'dot') {
    let count = 0;
    while (count < want.until) {
      const chunk = framing.takeSome(want.until - count);
      if (chunk === undefined && !more()) throw lost;
      if (chunk === undefined) continue;
      await want.to.write(chunk);
      count += chunk.length;
    }
    return count;
  }
  if (want.want === 'stream') for await (const chunk of want.from) assert.ok(chunk.length > 0);
  return undefined;
}

/** What the servers of all transcripts say, one after another. */
const SAID: readonly Buffer[] = readdirSync('test/transcripts/imap').map((name) =>
  Buffer.from(
    [...transcript(`imap/${name.replace(/\.txt$/, '')}`).matchAll(/^S([:>]) ?(.*)$/gm)]
      .map(
        ([, mark, text = '']) =>
          text.replaceAll('\\r', '\r').replaceAll('\\n', '\n') + (mark === ':' ? '\r\n' : ''),
      )
      .join(''),
    'utf8',
  ),
);

const PIECES = [
  '{0}\r\n', '{5}\r\n', '{99999999999}\r\n', '{-1}\r\n', '~{3}\r\n', '{2+}\r\n', '\r\n', '\n', '(', ')', '((((', '"', '\\',
  'BODY[] ', 'BODY[HEADER ', 'UID 1 ', 'UID 4294967296 ', 'NIL', '* ', '+ ', '* BAD x\r\n', '* BYE x\r\n', 'A0001 OK\r\n', 'A0002 NO x\r\n',
  '* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n', '* LIST () "/" ', '* OK [UIDVALIDITY 3]\r\n', '[', ']', '\0', '\xff', '客',
  '* STATUS a (MESSAGES 3 UIDNEXT ', '* VANISHED (EARLIER) 1:4,', '* ESEARCH (TAG "A0001") UID ALL 1:', '* SEARCH 1 ', '* 5 UIDFETCH (FLAGS ()',
  '* ENABLED QRESYNC\r\n', 'A0001 OK [MESSAGELIMIT 2 3] x\r\n', 'MAILBOXID (F1)', 'HIGHESTMODSEQ -1',
]; // prettier-ignore

function damaged(luck: Chance): Buffer {
  const base = Buffer.from(Buffer.concat([luck.of(SAID), luck.of(SAID)]));
  for (let n = luck.upTo(6); n > 0 && base.length > 0; n--) base[luck.upTo(base.length)] = luck.upTo(256);
  let bytes: Buffer = base;
  for (let n = luck.upTo(5); n > 0; n--) {
    const at = luck.upTo(bytes.length + 1);
    const rest = bytes.subarray(at + (luck.often(30) ? luck.upTo(40) : 0));
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(luck.of(PIECES)), rest]);
  }
  return luck.often(30) ? bytes.subarray(0, luck.upTo(bytes.length + 1)) : bytes;
}

const since = { validity: 7 as UidValidity, modseq: '7' };

function surveying(extended: boolean) {
  const offered = new Set(extended ? ['LIST-STATUS', 'CONDSTORE'] : []);
  return { offered, utf8: extended, window: 3, avoid: new Set<string>(), kept: () => true };
}

describe('hostile IMAP servers', () => {
  it('never make a dialogue hang, throw anything but MailError, or leave a sink open', async () => {
    const luck = chance(20240706);
    for (let plays = 0; plays < 15_000; plays++) {
      const bytes = damaged(luck);
      const received = new Received();
      const dialogues: readonly (() => Dialogue<unknown>)[] = [
        () => fetched('1:9', undefined, received),
        () => fetched('7', undefined, received),
        () => fetchedTogether(['1:9', '10:19', '20', '84:85,3016:3017'], received, 1 + luck.upTo(4)),
        () => uidFetchList(host, new Tags(), '1:1000'),
        () => list(host, new Tags()),
        () => survey(host, new Tags(), surveying(luck.often(50))),
        () => enable(host, new Tags(), ['QRESYNC']),
        () => allUids(host, new Tags()),
        () => examine(host, new Tags(), '客户' as WireName, identity, { since }),
        () => uidFetchList(host, new Tags(), '1:1000', undefined, { since: '7' }),
        () => examine(host, new Tags(), '客户' as WireName, identity),
        () => imapLogin(host, new Tags(), 'anna', 'pä"ss', new Set(luck.often(50) ? ['AUTH=PLAIN'] : [])),
        () => greeting(host, luck.often(50)),
        () => capability(host, new Tags()),
        () => id(host, new Tags(), identity),
        () => logout(new Tags()),
      ];
      const thrown = await hear(bytes, luck.of(dialogues)(), luck);
      const fine = thrown === undefined || thrown instanceof MailError;
      assert.ok(fine, `${String(thrown)} after ${JSON.stringify(bytes.toString('latin1'))}`);
      assert.equal(received.open, 0, JSON.stringify(bytes.toString('latin1')));
    }
  });

  it('never make a compressed connection hang, or fail by anything but MailError', async (t) => {
    const luck = chance(20241126);
    const server = await startScriptedServer(t, async (peer) => {
      await peer.line();
      const packed = Buffer.from(deflateRawSync(damaged(luck)));
      for (let n = luck.upTo(4); n > 0 && packed.length > 0; n--)
        packed[luck.upTo(packed.length)] = luck.upTo(256);
      await peer.send(Buffer.concat([Buffer.from('A0001 OK\r\n'), packed]));
      peer.hangUp();
    });
    const endpoint = { host: server.host, port: server.port, tls: 'none' } as const;
    for (let plays = 0; plays < 300; plays++) {
      const received = new Received();
      const connection = await dial(endpoint, { connect: 20_000, idle: 20_000 });
      assert.equal(await connection.converse(compress(host, new Tags())), true);
      const fetching = fetchedTogether(['1:9', '10:19', '20'], received, 3);
      const thrown = await connection.converse(fetching).catch((error: unknown) => error);
      assert.ok(Array.isArray(thrown) || thrown instanceof MailError, String(thrown));
      assert.equal(received.open, 0);
      connection.close();
    }
  });
});
