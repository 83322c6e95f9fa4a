// Every POP3 dialogue with a server that answers what it hears, and is damaged by chance: windows of commands, bodies that end
// early or late, challenges. Whatever comes, it ends, by a result or by a MailError; and a message counts only where it stands
// whole among the octets that came, with an answer behind it, and was asked for.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { capa } from '../../../src/protocol/pop3/capa.ts';
import { dele } from '../../../src/protocol/pop3/dele.ts';
import { greeting } from '../../../src/protocol/pop3/greeting.ts';
import { ONE_BY_ONE, type Ahead } from '../../../src/protocol/pop3/in-turn.ts';
import { lang, utf8 } from '../../../src/protocol/pop3/language.ts';
import { listOne } from '../../../src/protocol/pop3/list.ts';
import { signIn } from '../../../src/protocol/pop3/login.ts';
import { maildrop } from '../../../src/protocol/pop3/maildrop.ts';
import { quit } from '../../../src/protocol/pop3/quit.ts';
import { rset } from '../../../src/protocol/pop3/rset.ts';
import { stls } from '../../../src/protocol/pop3/stls.ts';
import { top } from '../../../src/protocol/pop3/top.ts';
import { uidlOne } from '../../../src/protocol/pop3/uidl.ts';
import { harmOf } from '../../support/fuzz/damage.ts';
import { mill } from '../../support/fuzz/mill.ts';
import { FuzzedPop3, MESSAGES } from '../../support/fuzz/pop3-server.ts';
import { PASSWORD } from '../../support/fuzz/sasl-server.ts';
import { talk } from '../../support/fuzz/talk.ts';
import { channelTo } from '../../support/logins.ts';
import type { Chance } from '../../support/random.ts';
import { nothing, retrieve, type Retrieved } from '../../support/retrieved.ts';

const host = 'pop.example';
const NUMBERS = [[3], [1, 2, 3, 4, 5], [12, 7, 6, 10], MESSAGES.map((_, at) => at + 1)];

/** One dialogue, and the messages that it asks for. */
interface Case {
  readonly dialogue: Dialogue<unknown>;
  readonly asked?: readonly number[];
  readonly secure?: boolean;
  readonly greets?: boolean;
}

function login(luck: Chance): Case {
  const secure = luck.often(60);
  const sasl = luck.of(['', 'PLAIN', 'SCRAM-SHA-256 PLAIN', 'CRAM-MD5', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER']);
  const before = {
    channel: channelTo(host, { secure }),
    capabilities: luck.often(20)
      ? null
      : new Map([['SASL', sasl], ...(luck.often(50) ? [['USER', ''] as const] : [])]),
    stamp: luck.often(30) ? '<1.2@pop.example>' : null,
    avoid: new Set<string>(),
  };
  const credentials = sasl.includes('OAUTH')
    ? { user: 'anna', token: PASSWORD.replace(' ', '-') }
    : { user: 'anna', password: PASSWORD };
  return { dialogue: signIn(before, credentials), secure };
}

function caseOf(luck: Chance, into: Retrieved): Case {
  const ahead: Ahead = luck.of([ONE_BY_ONE, { commands: 3, octets: 500 }, { commands: 32, octets: 1 << 20 }]);
  const asked = luck.of(NUMBERS);
  const cases: readonly (() => Case)[] = [
    () => ({ dialogue: retrieve(host, asked, ahead, into, luck.often(70)), asked }),
    () => ({ dialogue: retrieve(host, asked, ahead, into, luck.often(70)), asked }),
    () => ({ dialogue: retrieve(host, asked, ahead, into), asked }),
    () => ({ dialogue: maildrop(host, ahead) }),
    () => ({ dialogue: top(host, asked, ahead, () => luck.often(90)) }),
    () => ({ dialogue: dele(host, asked, ahead) }),
    () => login(luck),
    () => login(luck),
    () => ({ dialogue: capa(host) }),
    () => ({ dialogue: greeting(host), greets: true }),
    () => ({ dialogue: stls(host) }),
    () => ({ dialogue: uidlOne(host, 3) }),
    () => ({ dialogue: listOne(host, 3) }),
    () => ({ dialogue: rset(host) }),
    () => ({ dialogue: luck.often(50) ? utf8(host) : lang(host) }),
    () => ({ dialogue: quit(host) }),
  ];
  return luck.of(cases)();
}

it('POP3 dialogues hold to their promises, whatever a server says', async (t) => {
  await mill(t, 4, async (luck) => {
    const into = nothing();
    const { dialogue, asked = [], secure = true, greets = false } = caseOf(luck, into);
    const server = new FuzzedPop3(luck, harmOf(luck), greets);
    const { taken, sent } = await talk(dialogue, server, luck);
    const came = into.whole.size === 0 ? new Set<string>() : bodiesIn(taken);
    for (const [number, bytes] of into.whole) {
      assert.ok(asked.includes(number), `message ${number} was not asked for`);
      const text = bytes.toString('latin1');
      assert.ok(came.has(text), `message ${number} did not come so: ${JSON.stringify(text)}`);
    }
    assert.ok(into.begun.length <= asked.length);
    if (!secure)
      assert.ok(!sent.includes(PASSWORD) && !sent.includes(Buffer.from(PASSWORD).toString('base64')));
  });
});

/** All that could be a message in what came: from behind a +OK to a dot, with an answer behind that. */
function bodiesIn(taken: string): Set<string> {
  const found = new Set<string>();
  for (const { index, 0: status } of taken.matchAll(/^\+ok[^\n]*\n/gim)) {
    const end = status.endsWith('\r\n') ? '\r\n' : '\n';
    const lines: string[] = [];
    for (let at = index + status.length; ;) {
      const next = taken.indexOf(end, at);
      if (next < 0) break;
      const line = taken.slice(at, next);
      at = next + end.length;
      if (line === '.' || (end === '\n' && line === '.\r')) {
        if (/^[+-](ok|err)/i.test(taken.slice(at, at + 4))) found.add(lines.map((one) => one + end).join(''));
        break;
      }
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }
  return found;
}
