import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { DotReader } from '../../../src/protocol/framing.ts';
import { checkGoAhead, dataBody, dataEnd } from '../../../src/protocol/smtp/data.ts';
import { dotStuffed } from '../../../src/protocol/smtp/dot-stuffing.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { play, transcript } from '../../support/transcript.ts';
import { host } from './scripted.ts';
import { exchange } from '../../../src/protocol/smtp/reply.ts';

async function stuffed(pieces: Iterable<Buffer>): Promise<string> {
  const out: Buffer[] = [];
  for await (const chunk of dotStuffed(pieces)) out.push(chunk);
  return Buffer.concat(out).toString('latin1');
}

describe('dot-stuffing', () => {
  const messages: [message: string, wire: string][] = [
    ['', '\r\n'],
    ['no end', 'no end\r\n'],
    ['a\r\n', 'a\r\n'],
    ['a\r', 'a\r\r\n'],
    ['a\n', 'a\n\r\n'],
    ['\n', '\n\r\n'],
    ['\r\n', '\r\n'],
    ['.', '..\r\n'],
    ['.\r\n', '..\r\n'],
    ['..\r\n', '...\r\n'],
    ['a.b\r\n', 'a.b\r\n'],
    ['a\r\n.\r\n', 'a\r\n..\r\n'],
    ['a\r\n.\r\n.\r\n.b\r\n', 'a\r\n..\r\n..\r\n..b\r\n'],
    ['a\n.\nb\r\n', 'a\n..\nb\r\n'], // S-036: a bare LF begins a line for some servers
    ['a\r.\r\n', 'a\r.\r\n'],
    ['\r\n\r\n..', '\r\n\r\n...\r\n'],
    ['\0\xff.\r\n', '\0\xff.\r\n'],
  ];
  for (const [message, wire] of messages) {
    it(`makes ${JSON.stringify(wire)} of ${JSON.stringify(message)}, however it is cut`, async () => {
      const bytes = Buffer.from(message, 'latin1');
      for (let a = 0; a <= bytes.length; a++) {
        for (let b = a; b <= bytes.length; b++) {
          const pieces = [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
          assert.equal(await stuffed(pieces), wire);
        }
      }
      assert.equal(await stuffed([...bytes].map((octet) => Buffer.of(octet))), wire);
    });
  }

  it('is undone by whoever reads it, for any message', async () => {
    let seed = 7;
    const next = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 200; round++) {
      const alphabet = ['\r\n', '\r\n', '.', '.', 'x', '\xff'];
      const message = `${Array.from({ length: next(30) }, () => alphabet[next(alphabet.length)] ?? '').join('')}\r\n`;
      const bytes = Buffer.from(message, 'latin1');
      const at = next(bytes.length);
      const wire = `${await stuffed([bytes.subarray(0, at), bytes.subarray(at)])}.\r\n`;
      const { pieces, rest } = new DotReader(false).read(Buffer.from(wire, 'latin1'));
      assert.equal(Buffer.concat(pieces).toString('latin1'), message);
      assert.equal(rest?.length, 0);
    }
  });

  it('copies nothing where no line begins with a dot', async () => {
    const chunk = Buffer.from('a.b\r\nc\r\n');
    for await (const out of dotStuffed([chunk])) assert.equal(out, chunk);
  });
});

function* dataStart(of: string): Dialogue<void> {
  checkGoAhead(of, yield* exchange(of, 'data', 'DATA'));
}

describe('DATA', () => {
  it('refused for want of recipients sends no message', async () => {
    const error = await refusalOf(transcript('smtp/postfix-no-recipients'), () => dataStart(host));
    assert.deepEqual([error.kind, error.retry, error.phase, error.code], ['refused', 'never', 'data', '554']);
  });

  it('answered by 250 is out of step', async () => {
    const error = await refusalOf('C: DATA\nS: 250 ok\n', () => dataStart(host));
    assert.deepEqual([error.kind, error.phase], ['protocol', 'data']);
  });

  it('never sends the final dot with the message', async () => {
    // A dot behind these lines would be left over, and the player would complain.
    await play('C: a\nC: ..\n', dataBody(host, [Buffer.from('a\r\n.\r\n')]));
  });

  it('cut by the server ends with what the server had to say', () => {
    const { outcome } = hangUpAndSay(dataBody(host, []), '552 5.3.4 Message size exceeds fixed limit');
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, outcome.code], ['refused', 'body', '552']);
  });

  it('cut by the server without a word is a lost connection', () => {
    for (const { outcome } of [
      hangUpAfter(dataBody(host, []), []),
      hangUpAndSay(dataBody(host, []), '250 what for'),
    ]) {
      assert.ok(outcome instanceof MailError);
      assert.deepEqual([outcome.kind, outcome.retry, outcome.phase], ['closed', 'now', 'body']);
    }
  });

  it('whose file cannot be read fails as storage, not as the connection', async () => {
    async function* broken(): AsyncGenerator<Buffer, void, void> {
      yield Buffer.from('a\r\n');
      await Promise.resolve();
      throw new Error('EIO: i/o error, read');
    }
    await assert.rejects(
      play('C: a\n', dataBody(host, broken())),
      (thrown) =>
        thrown instanceof MailError &&
        thrown.kind === 'storage' &&
        thrown.phase === 'body' &&
        thrown.message.includes('EIO'),
    );
  });
});

describe('the final dot', () => {
  for (const [answer, kind, retry] of [
    ['451 4.3.0 try later', 'busy', 'later'],
    ['421 4.3.0 bye', 'busy', 'later'],
    ['554 5.7.1 spam', 'refused', 'never'],
    ['354 go on', 'protocol', 'later'],
    ['garbage', 'protocol', 'later'],
  ] as const) {
    it(`answered by ${answer} is ${kind}`, async () => {
      const error = await refusalOf(`C: .\nS: ${answer}\n`, () => dataEnd(host));
      assert.deepEqual([error.kind, error.retry, error.phase], [kind, retry, 'dot']);
    });
  }

  it('refused as spam says so in the words of the server', async () => {
    const error = await refusalOf(transcript('smtp/netease-spam'), () => dataEnd(host));
    assert.match(error.message, /^SMTP end of DATA refused by smtp\.example: 554 DT:SPM 126 smtp2/);
  });

  it('without an answer is a lost connection in the phase dot', () => {
    const { outcome, sent } = hangUpAfter(dataEnd(host), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, sent], ['closed', 'dot', '.\r\n']);
  });
});

/** The connection is lost while the message streams, and `words` were received before that. */
function hangUpAndSay(dialogue: ReturnType<typeof dataBody>, words: string): { readonly outcome: unknown } {
  try {
    dialogue.next();
    let step = dialogue.throw(
      new MailError({ kind: 'closed', retry: 'now', message: 'x closed the connection' }),
    );
    while (step.done !== true) step = dialogue.next(Buffer.from(words));
    return { outcome: step.value };
  } catch (thrown) {
    return { outcome: thrown };
  }
}
