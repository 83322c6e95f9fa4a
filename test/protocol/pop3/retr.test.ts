import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';

import { retrieved } from '../../support/retrieved.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';

const host = 'pop.example';

function* fetched(n: number): Dialogue<Buffer> {
  return yield* retrieved(host, n);
}

describe('RETR', () => {
  it('gives long lines, NULs and bare LFs as they are', async () => {
    const bytes = await everySplit(transcript('pop3/hostile-long-line'), () => fetched(1));
    const wanted = `${'x'.repeat(100_000)}\r\n\0\xff\x80\r\na\n.\n..b\r\n`;
    assert.ok(bytes.equals(Buffer.from(wanted, 'latin1')));
  });

  it('that a missing dot-stuffing cut is noticed at the next answer', async () => {
    const error = await refusalOf(transcript('pop3/hostile-no-dot-stuffing'), () => fetched(1));
    assert.deepEqual([error.kind, error.retry, error.phase], ['protocol', 'now', 'noop']);
  });

  it('of one unreadable message fails alone', async () => {
    const text = transcript('pop3/163-unreadable-message');
    const error = await refusalOf(text.split('C: RETR 302')[0] ?? '', () => fetched(301));
    assert.deepEqual([error.kind, error.retry], ['message', 'later']);
    const next = await everySplit(`C: RETR 302${text.split('C: RETR 302')[1] ?? ''}`, () => fetched(302));
    assert.equal(next.toString(), 'Subject: fine\r\n\r\n');
  });

  it('over a quota concerns all messages', async () => {
    const error = await refusalOf(transcript('pop3/exmail-download-quota'), () => fetched(11));
    assert.deepEqual([error.kind, error.retry], ['busy', 'later']);
    assert.equal(error.message, 'POP3 RETR 11 refused by pop.example: Download exceed. msg=10');
    assert.match(error.hint ?? '', /downloads that the provider allows.* — 今天的下载量/);
  });

  for (const [answer, kind, retry] of [
    ['-ERR', 'message', 'later'],
    ['-ERR no such message', 'message', 'later'],
    ['-ERR [SYS/PERM] damaged', 'message', 'never'],
    ['-ERR [SYS/TEMP] disk', 'busy', 'later'],
    ['+OKb5jb20vaHRtbC8y', 'protocol', 'now'],
    ['1 120', 'protocol', 'now'],
  ] as const) {
    it(`answered by ${answer} is ${kind}, ${retry}`, async () => {
      const error = await refusalOf(`C: RETR 1\nS: ${answer}\n`, () => fetched(1));
      assert.deepEqual([error.kind, error.retry], [kind, retry]);
    });
  }

  for (const n of [0, -1, 1.5, Number.NaN]) {
    it(`asks for no message ${n}`, () => {
      const { outcome, sent } = hangUpAfter(retrieved(host, n), []);
      assert.ok(outcome instanceof RangeError);
      assert.equal(sent, '');
    });
  }
});
