// Several commands under way at once: every answer is read in its turn, whatever becomes of single ones, and a body counts
// only when what follows it is an answer.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dele } from '../../../src/protocol/pop3/dele.ts';
import { ONE_BY_ONE, type Ahead } from '../../../src/protocol/pop3/in-turn.ts';
import { lang, utf8 } from '../../../src/protocol/pop3/language.ts';
import { listOne } from '../../../src/protocol/pop3/list.ts';
import { maildrop } from '../../../src/protocol/pop3/maildrop.ts';
import { retr } from '../../../src/protocol/pop3/retr.ts';
import { rset } from '../../../src/protocol/pop3/rset.ts';
import { top } from '../../../src/protocol/pop3/top.ts';
import { uidlOne } from '../../../src/protocol/pop3/uidl.ts';
import { MailError } from '../../../src/model/error.ts';
import { refusalOf } from '../../support/refusal.ts';
import { nothing, retrieve } from '../../support/retrieved.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';
const AHEAD: Ahead = { commands: 8, octets: 1 << 20 };

describe('RETR in a window', () => {
  it('gives each message its own octets, and a refusal is that of one', async () => {
    const got = await everySplit(transcript('pop3/dovecot-window'), function* () {
      const into = nothing();
      yield* retrieve(host, [1, 2, 3], AHEAD, into);
      return into;
    });
    assert.deepEqual([...got.whole.keys()], [1, 3]);
    assert.equal(got.whole.get(1)?.toString(), 'Subject: a\r\n\r\n.dot\r\n');
    assert.deepEqual([...got.refused.keys()], [2]);
  });

  it('after a refusal that ends it reads what is under way, and the session stays in step', async () => {
    const got = await everySplit(`${transcript('pop3/dovecot-window')}C: RSET\nS: +OK\n`, function* () {
      const into = nothing();
      yield* retrieve(host, [1, 2, 3], AHEAD, into, false);
      assert.equal(yield* rset(host), true);
      return into;
    });
    assert.deepEqual([...got.whole.keys()], [1, 3]);
  });

  it('asks for no more than the window holds, by count and by octets', async () => {
    const answer = 'S: +OK\nS: x\nS: .\n';
    const byCount = `C: RETR 1\nC: RETR 2\n${answer}C: RETR 3\n${answer}C: NOOP\n${answer}S: +OK\n`;
    const whole = await everySplit(byCount, function* () {
      const into = nothing();
      yield* retrieve(host, [1, 2, 3], { commands: 2, octets: 1 << 20 }, into);
      return [...into.whole.keys()];
    });
    assert.deepEqual(whole, [1, 2, 3]);
    const byOctets = `C: RETR 1\n${answer}C: RETR 2\n${answer}C: NOOP\nS: +OK\n`;
    await everySplit(byOctets, () => {
      const asked = [1, 2].map((number) => ({ number, size: 5000 }));
      return retr(
        host,
        () => asked.shift(),
        { commands: 8, octets: 5000 },
        {
          begin: () => ({ write: () => undefined }),
          whole: () => undefined,
          refused: () => true,
        },
      );
    });
  });

  it('goes on with what is asked for meanwhile, behind the NOOP that was to end it', async () => {
    const answer = 'S: +OK\nS: x\nS: .\n';
    const text = `C: RETR 1\nC: NOOP\n${answer}C: RETR 2\nC: NOOP\nS: +OK\n${answer}S: +OK\n`;
    const whole = await everySplit(text, function* () {
      const came: number[] = [];
      const asked = [{ number: 1, size: 1 }];
      yield* retr(host, () => asked.shift(), AHEAD, {
        begin: (number) => {
          if (number === 1) asked.push({ number: 2, size: 1 });
          return { write: () => undefined };
        },
        whole: (number) => void came.push(number),
        refused: () => true,
      });
      return came;
    });
    assert.deepEqual(whole, [1, 2]);
  });

  it('never counts a message as whole whose rest stands where an answer should', async () => {
    const attempts: ReturnType<typeof nothing>[] = [];
    const error = await refusalOf(transcript('pop3/hostile-window-no-dot-stuffing'), () => {
      const into = nothing();
      attempts.push(into);
      return retrieve(host, [1, 2, 3], AHEAD, into);
    });
    assert.deepEqual([error.kind, error.retry, error.phase], ['protocol', 'now', 'retr']);
    for (const { whole, begun } of attempts) assert.deepEqual([[...whole.keys()], begun], [[1], [1, 2]]);
  });
});

describe('TOP', () => {
  it('is only looked at: what a server adds or cuts changes nothing else', async () => {
    const heads = await everySplit(transcript('pop3/top-lies'), function* () {
      const got = new Map<number, string | null>();
      yield* top(host, [1, 2, 3, 4], ONE_BY_ONE, (number, head) => {
        got.set(number, head?.toString() ?? null);
        return true;
      });
      return got;
    });
    assert.deepEqual(
      [...heads.values()],
      ['+OK\r\nSubject: twice\r\n\r\n', 'Subject: cut\r\n', null, 'Subject: whole\r\n\r\nthe body\r\n.\r\n'],
    );
  });
});

describe('STAT, LIST and UIDL at once', () => {
  it('take one round trip, and a refused one does not spoil the others', async () => {
    const text =
      'C: STAT\nC: LIST\nC: UIDL\nS: +OK 2 30\nS: +OK\nS: 1 10\nS: 2 20\nS: .\nS: -ERR unknown command\n';
    const { sizes, names } = await everySplit(text, () => maildrop(host, AHEAD));
    assert.deepEqual([...sizes], [[1, 10], [2, 20]]); // prettier-ignore
    assert.ok(names instanceof MailError && names.kind === 'refused');
  });

  it('of an empty maildrop may be refused', async () => {
    const text = 'C: STAT\nC: LIST\nC: UIDL\nS: +OK 0 0\nS: -ERR no messages\nS: -ERR no messages\n';
    const { sizes, names } = await everySplit(text, () => maildrop(host, AHEAD));
    assert.deepEqual([sizes.size, names instanceof Map && names.size], [0, 0]);
  });

  it('that are refused for now are a matter of waiting', async () => {
    const text =
      'C: STAT\nC: LIST\nC: UIDL\nS: +OK 2 30\nS: -ERR [SYS/TEMP] later\nS: -ERR [SYS/TEMP] later\n';
    assert.equal((await refusalOf(text, () => maildrop(host, AHEAD))).kind, 'busy');
  });
});

describe('a single LIST or UIDL', () => {
  for (const [answer, size] of [
    ['+OK 2 200', 200],
    ['+OK 1', null],
    ['+OK 99 1024', null],
    ['+OK 2 ten-twenty-four', null],
    ['-ERR no such message', null],
  ] as const) {
    it(`${JSON.stringify(answer)} tells ${size}`, async () => {
      assert.equal(await everySplit(`C: LIST 2\nS: ${answer}\n`, () => listOne(host, 2)), size);
    });
  }

  for (const [answer, name] of [
    ['+OK 2 abc', 'abc'],
    ['+ok  2   1064xyz ', '1064xyz'],
    ['+OK 2 \\xe5\\x8f \\xff', '\xe5\x8f \xff'],
    ['+OK 99 abc', null],
    ['+OK 2', null],
    ['-ERR 2 abc', null],
  ] as const) {
    it(`${JSON.stringify(answer)} names ${JSON.stringify(name)}`, async () => {
      assert.equal(await everySplit(`C: UIDL 2\nS: ${answer}\n`, () => uidlOne(host, 2)), name);
    });
  }
});

describe('DELE', () => {
  it('marks what the server agrees to, and a refusal is that of one message', async () => {
    const text = 'C: DELE 1\nC: DELE 2\nC: DELE 3\nS: +OK\nS: -ERR locked\nS: +OK marked\n';
    assert.deepEqual(await everySplit(text, () => dele(host, [1, 2, 3], AHEAD)), [1, 3]);
  });

  it('out of step is an error, and no mark is known of', async () => {
    const error = await refusalOf('C: DELE 1\nS: b5jb20v\n', () => dele(host, [1], ONE_BY_ONE));
    assert.deepEqual([error.kind, error.phase], ['protocol', 'dele']);
  });
});

describe('UTF8 and LANG', () => {
  it('that are refused change nothing', async () => {
    const got = await everySplit('C: UTF8\nS: -ERR no\nC: LANG en\nS: -ERR no\n', function* () {
      return [yield* utf8(host), yield* lang(host)];
    });
    assert.deepEqual(got, [false, false]);
  });

  it('that are granted are known to be', async () => {
    const got = await everySplit(
      'C: UTF8\nS: +OK UTF8 enabled\nC: LANG en\nS: +OK en English\n',
      function* () {
        return [yield* utf8(host), yield* lang(host)];
      },
    );
    assert.deepEqual(got, [true, true]);
  });
});
