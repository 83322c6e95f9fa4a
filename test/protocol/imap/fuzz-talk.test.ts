// Every IMAP dialogue with a server that answers what it hears, and is damaged by chance: several commands in flight, literals
// both ways, challenges, compression, changes and what vanished. Whatever comes, it ends, by a result or by a MailError;
// every sink is closed; and a body counts only where it stands whole among the octets that came, beside a UID that was asked for.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { UidValidity, WireName } from '../../../src/model/ids.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { append } from '../../../src/protocol/imap/append.ts';
import { capability } from '../../../src/protocol/imap/capability.ts';
import { compress } from '../../../src/protocol/imap/compress.ts';
import { enable } from '../../../src/protocol/imap/enable.ts';
import { allUids } from '../../../src/protocol/imap/esearch.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import { uidExpunge } from '../../../src/protocol/imap/expunge.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { greeting } from '../../../src/protocol/imap/greeting.ts';
import { id } from '../../../src/protocol/imap/id.ts';
import { idle } from '../../../src/protocol/imap/idle.ts';
import { signIn } from '../../../src/protocol/imap/login.ts';
import { logout } from '../../../src/protocol/imap/logout.ts';
import { uidMove } from '../../../src/protocol/imap/move.ts';
import { notify } from '../../../src/protocol/imap/notify.ts';
import { uidSearchMessageId } from '../../../src/protocol/imap/search.ts';
import { holds, parseSet, sizeOf } from '../../../src/protocol/imap/sequence-set.ts';
import { starttls } from '../../../src/protocol/imap/starttls.ts';
import { uidStore } from '../../../src/protocol/imap/store.ts';
import { survey } from '../../../src/protocol/imap/survey.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { harmOf } from '../../support/fuzz/damage.ts';
import { FuzzedImap } from '../../support/fuzz/imap-server.ts';
import { mill } from '../../support/fuzz/mill.ts';
import { PASSWORD } from '../../support/fuzz/sasl-server.ts';
import { talk } from '../../support/fuzz/talk.ts';
import { channelTo } from '../../support/logins.ts';
import type { Chance } from '../../support/random.ts';
import { fetchedTogether, host, identity, Received } from './received.ts';

const ALL = new Set(
  'ID ENABLE LIST-STATUS SPECIAL-USE ESEARCH CONDSTORE UIDPLUS MOVE NOTIFY IDLE MULTIAPPEND OBJECTID'.split(
    ' ',
  ),
);
const SETS: readonly (readonly string[])[] = [
  ['7'],
  ['1:9'],
  ['1:4', '5:9', '10,12', '20'],
  ['30,31', '1'],
  ['1', '2', '3', '4', '5'],
];

/** One dialogue, and the sets of bodies that it asks for. */
interface Case {
  readonly dialogue: Dialogue<unknown>;
  readonly sets?: readonly string[];
  readonly secure?: boolean;
}

function* compressed(received: Received, sets: readonly string[]): Dialogue<unknown> {
  yield* compress(host, new Tags());
  return yield* fetchedTogether(sets, received, 3);
}

function* filed(luck: Chance): Dialogue<void> {
  async function* from(): AsyncGenerator<Buffer> {
    yield Buffer.from('Subject: a\r\n');
    yield Buffer.from('\r\n');
  }
  const one = { octets: 14, from, flags: ['\\Seen'], received: null };
  const capabilities = new Set([...ALL, ...luck.of([['LITERAL+'], ['LITERAL-'], []])]);
  yield* append(host, new Tags(), '客户' as WireName, [one, one], {
    capabilities,
    limit: null,
    filed: () => undefined,
  });
}

function login(luck: Chance): Case {
  const secure = luck.often(60);
  const mechanisms = luck.of([
    [],
    ['PLAIN'],
    ['SCRAM-SHA-256', 'PLAIN'],
    ['CRAM-MD5'],
    ['LOGIN'],
    ['XOAUTH2'],
    ['OAUTHBEARER'],
  ]);
  const words = [
    ...mechanisms.map((name) => `AUTH=${name}`),
    ...luck.of([['SASL-IR'], [], ['LOGINDISABLED']]),
  ];
  const before = {
    tags: new Tags(),
    capabilities: new Set(words),
    channel: channelTo(host, { secure }),
    avoid: new Set<string>(),
  };
  const token = mechanisms.some((name) => /OAUTH/.test(name));
  return {
    dialogue: signIn(
      before,
      token ? { user: 'anna', token: PASSWORD.replace(' ', '-') } : { user: 'anna', password: PASSWORD },
    ),
    secure,
  };
}

function caseOf(luck: Chance, received: Received, over: AbortController): Case {
  const tags = new Tags();
  const inbox = 'INBOX' as WireName;
  const sets = luck.of(SETS);
  const validity = luck.often(50) ? undefined : (5 as UidValidity);
  const asking = {
    offered: luck.of([ALL, new Set<string>()]),
    utf8: luck.often(20),
    window: 1 + luck.upTo(4),
    avoid: new Set<string>(),
    kept: () => true,
  };
  const cases: readonly (() => Case)[] = [
    () => ({ dialogue: fetchedTogether(sets, received, 1 + luck.upTo(4)), sets }),
    () => ({ dialogue: fetchedTogether(sets, received, 1 + luck.upTo(4)), sets }),
    () => ({ dialogue: compressed(received, sets), sets }),
    () => ({ dialogue: uidFetchList(host, tags, '1:4294967295', validity, luck.of([{}, { since: '7' }, { ids: true }])) }),
    () => ({ dialogue: survey(host, tags, asking) }),
    () => ({ dialogue: examine(host, tags, inbox, identity, luck.of([{}, { condstore: true }, { since: { validity: 5 as UidValidity, modseq: '7' } }])) }),
    () => ({ dialogue: allUids(host, tags, validity) }),
    () => login(luck),
    () => login(luck),
    () => ({ dialogue: filed(luck) }),
    () => ({ dialogue: idle(host, tags, over.signal, () => undefined) }),
    () => ({ dialogue: notify(host, tags, ALL) }),
    () => ({ dialogue: uidStore(host, tags, '3,5', ['\\Deleted'], validity) }),
    () => ({ dialogue: uidExpunge(host, tags, ALL, '3,5', validity) }),
    () => ({ dialogue: uidMove(host, tags, ALL, '3,5', '客户' as WireName, validity) }),
    () => ({ dialogue: uidSearchMessageId(host, tags, '<a"b@c>') }),
    () => ({ dialogue: enable(host, tags, ['QRESYNC', 'UIDONLY']) }),
    () => ({ dialogue: greeting(host, luck.often(50)) }),
    () => ({ dialogue: starttls(host, tags) }),
    () => ({ dialogue: capability(host, tags) }),
    () => ({ dialogue: id(host, tags, identity) }),
    () => ({ dialogue: logout(tags) }),
  ]; // prettier-ignore
  return luck.of(cases)();
}

it('IMAP dialogues hold to their promises, whatever a server says', async (t) => {
  await mill(t, 6, async (luck) => {
    const received = new Received();
    const over = new AbortController();
    const { dialogue, sets = [], secure = true } = caseOf(luck, received, over);
    const { taken, sent } = await talk(dialogue, new FuzzedImap(luck, harmOf(luck)), luck, over);
    assert.equal(received.open, 0, 'sinks that are neither completed nor abandoned');
    const asked = parseSet(sets.join(',') || '4294967295');
    const uids = received.bodies.map(({ uid }) => uid);
    assert.equal(new Set(uids).size, uids.length, 'a UID was completed twice');
    for (const { uid, text } of received.bodies) {
      assert.ok(holds(asked, uid), `UID ${uid} was not asked for`);
      const alone = sets.some((set) => sizeOf(parseSet(set)) === 1 && holds(parseSet(set), uid));
      assert.ok(
        stands(taken, uid, text, alone),
        `the body of UID ${uid} did not come so: ${JSON.stringify(text)}`,
      );
    }
    if (!secure)
      assert.ok(!sent.includes(PASSWORD) && !sent.includes(Buffer.from(PASSWORD).toString('base64')));
  });
});

/** True where that body stands whole in what came, in a response that names the UID; `alone`: or names none. */
function stands(taken: string, uid: number, text: string, alone: boolean): boolean {
  const named = new RegExp(`\\bUID[ \\t]+"?0*${uid}\\b|\\* +0*${uid} +UIDFETCH`, 'i');
  const ends = ['}\r\n', '}\n', '+}\r\n', '+}\n'];
  // The number may have zeros before it.
  const forms = ends.map((end) => `${text.length}${end}${text}`);
  for (const form of forms) {
    for (let at = taken.indexOf(form); at >= 0; at = taken.indexOf(form, at + 1)) {
      const end = taken.indexOf('\n', at + form.length);
      const tail = taken.slice(at + form.length, end < 0 ? undefined : end);
      const response = `${taken.slice(Math.max(0, at - 10_000), at)}…${tail}`;
      if ((alone || named.test(response)) && tail.includes(')')) return true;
    }
  }
  // Or as a string, whose backslashes may have been meant or not.
  const [said, quoted] = [taken, `"${text}"`].map((one) => one.replaceAll('\\', ''));
  return said?.includes(quoted ?? '') === true && (alone || named.test(taken));
}
