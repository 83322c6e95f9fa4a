// Every SMTP dialogue with a server that answers what it hears, and is damaged by chance: groups of commands, messages by DATA
// and by BDAT, challenges. Whatever comes, it ends, by a result or by a MailError; a message is told as taken only by a reply
// that says so, and an honest server has got it octet for octet, once, and nothing of it as a command.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { authenticate } from '../../../src/protocol/smtp/auth.ts';
import { chunk, lastChunk } from '../../../src/protocol/smtp/bdat.ts';
import { checkGoAhead, dataBody, dataEnd } from '../../../src/protocol/smtp/data.ts';
import { ehlo } from '../../../src/protocol/smtp/ehlo.ts';
import { greeting } from '../../../src/protocol/smtp/greeting.ts';
import { quit } from '../../../src/protocol/smtp/quit.ts';
import type { Reply } from '../../../src/protocol/smtp/reply.ts';
import { starttls } from '../../../src/protocol/smtp/starttls.ts';
import { harmOf } from '../../support/fuzz/damage.ts';
import { mill } from '../../support/fuzz/mill.ts';
import { PASSWORD } from '../../support/fuzz/sasl-server.ts';
import { FuzzedSmtp } from '../../support/fuzz/smtp-server.ts';
import { talk } from '../../support/fuzz/talk.ts';
import { channelTo } from '../../support/logins.ts';
import type { Chance } from '../../support/random.ts';
import { host, offers, open } from './scripted.ts';

const TEXTS = [
  'Subject: a\r\n\r\ntext\r\n',
  '.\r\n..\r\n.a\r\n',
  'QUIT\r\n.\r\nMAIL FROM:<x@y>\r\n',
  `${'x'.repeat(900)}\r\n.\r\n`,
  '\xff\0\r\n',
];
const PEOPLE = [['a@b'], ['a@b', 'c@d', 'e@f'], ['a@b', 'not an address']];

/** One dialogue; `text` is the message that it sends. */
interface Case {
  readonly dialogue: Dialogue<unknown>;
  readonly text?: string;
  readonly secure?: boolean;
  readonly greets?: boolean;
}

/** A message to its end: the reply to it; undefined where nobody was accepted. */
function* sending(text: string, luck: Chance): Dialogue<Reply | undefined> {
  const chunking = luck.often(40);
  const extensions = offers({ SIZE: '10000', ...(luck.often(60) ? { PIPELINING: '' } : {}) });
  const opening = { reset: luck.often(30), data: !chunking };
  const { recipients, data } = yield* open('x@y', luck.of(PEOPLE), extensions, {}, opening);
  if (!recipients.some(({ answer }) => typeof answer !== 'string' && answer.code < 300)) return undefined;
  const octets = Buffer.from(text, 'latin1');
  const middle = luck.upTo(octets.length + 1);
  const [first, rest] = [octets.subarray(0, middle), octets.subarray(middle)];
  if (chunking) {
    for (const part of [first, rest]) if (part.length > 0) yield* chunk(host, part.length, [part]);
    return yield* lastChunk(host);
  }
  if (data === null) return undefined;
  checkGoAhead(host, data);
  yield* dataBody(host, [first, rest]);
  return yield* dataEnd(host);
}

function login(luck: Chance): Case {
  const secure = luck.often(60);
  const AUTH = luck.of([
    'PLAIN',
    'SCRAM-SHA-256 PLAIN',
    'CRAM-MD5',
    'LOGIN',
    'PLAIN LOGIN CRAM-MD5',
    'XOAUTH2',
    'OAUTHBEARER',
  ]);
  const credentials = AUTH.includes('OAUTH')
    ? { user: 'anna', token: PASSWORD.replace(' ', '-') }
    : { user: 'anna', password: PASSWORD };
  return { dialogue: authenticate(credentials, offers({ AUTH }), channelTo(host, { secure })), secure };
}

function caseOf(luck: Chance): Case {
  const text = luck.of(TEXTS);
  const cases: readonly (() => Case)[] = [
    () => ({ dialogue: sending(text, luck), text }),
    () => ({ dialogue: sending(text, luck), text }),
    () => ({ dialogue: sending(text, luck), text }),
    () => login(luck),
    () => login(luck),
    () => ({ dialogue: ehlo(host, 'here.example') }),
    () => ({ dialogue: greeting(host), greets: true }),
    () => ({ dialogue: starttls(host) }),
    () => ({ dialogue: quit(host) }),
  ];
  return luck.of(cases)();
}

it('SMTP dialogues hold to their promises, whatever a server says', async (t) => {
  await mill(t, 4, async (luck) => {
    const harm = harmOf(luck);
    const { dialogue, text, secure = true, greets = false } = caseOf(luck);
    const server = new FuzzedSmtp(luck, harm, greets);
    const { result, taken, sent } = await talk(dialogue, server, luck);
    if (text !== undefined) {
      const code = (result as Reply | undefined)?.code;
      if (code !== undefined) {
        assert.ok(code >= 200 && code < 300, `${code} is no yes`);
        // The reply is the last that was taken; all before it may be anything.
        assert.match(taken.trimEnd().split('\n').at(-1) ?? '', /^2\d\d/);
      }
      if (harm.answers + harm.octets === 0) {
        assert.deepEqual(server.unknown, []);
        assert.ok(server.messages.length <= 1);
        if (code !== undefined) assert.deepEqual(server.messages, [text]);
      }
      const ends = sent.includes('BDAT ') ? /BDAT 0 LAST\r\n/g : /\r\n\.\r\n/g;
      assert.ok((sent.match(ends) ?? []).length <= 1, 'more than one end of a message');
    }
    if (!secure)
      assert.ok(!sent.includes(PASSWORD) && !sent.includes(Buffer.from(PASSWORD).toString('base64')));
  });
});
