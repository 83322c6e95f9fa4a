// A message in chunks: any octets, told lengths, and nothing taken before the last, empty one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import { chunk, lastChunk } from '../../../src/protocol/smtp/bdat.ts';
import { hangUpAfter, refusalOf } from '../../support/refusal.ts';
import { everySplit, play } from '../../support/transcript.ts';
import { host } from './scripted.ts';

const octets = (text: string): Buffer[] => [Buffer.from(text, 'latin1')];

describe('BDAT', () => {
  it('sends any octets as they are, dots too, and ends with an empty chunk', async () => {
    const text =
      'C: BDAT 8\nC: \\0.\\r\\x0a\\xff\nS: 250 8 octets received\nC: BDAT 3\nC: .\nS: 250\nC: BDAT 0 LAST\nS: 250 2.0.0 taken\n';
    const reply = await everySplit(text.replace('\\0.\\r\\x0a\\xff', '\\0.\\r\\n.\\xff'), function* () {
      yield* chunk(host, 8, octets('\0.\r\n.\xff\r\n'));
      yield* chunk(host, 3, octets('.\r\n'));
      return yield* lastChunk(host);
    });
    assert.deepEqual([reply.code, reply.enhanced], [250, '2.0.0']);
  });

  it('refused says so: for good, or for now', async () => {
    for (const [answer, kind, code] of [
      ['552 5.3.4 too big', 'refused', '552'],
      ['452 4.3.1 disk full', 'busy', '452'],
      ['421 4.3.2 bye', 'busy', '421'],
    ] as const) {
      const error = await refusalOf(`C: BDAT 3\nC: a\nS: ${answer}\n`, () => chunk(host, 3, octets('a\r\n')));
      assert.deepEqual([error.kind, error.code, error.phase, error.avoid], [kind, code, 'body', undefined]);
    }
  });

  it('that is offered and not known, or brings silence, is not tried again with this host', async () => {
    for (const answer of ['500 what?', '502 5.5.2 no', '503 no', 'garbage']) {
      const error = await refusalOf(`C: BDAT 3\nC: a\nS: ${answer}\n`, () => chunk(host, 3, octets('a\r\n')));
      assert.deepEqual([error.kind, error.avoid], ['protocol', 'CHUNKING']);
    }
  });

  it('never tells a length that is not kept', async () => {
    for (const size of [2, 4]) {
      await assert.rejects(
        play(`C: BDAT ${size}\nC: a\n`, chunk(host, size, octets('a\r\n'))),
        (thrown) => thrown instanceof MailError && thrown.kind === 'storage' && thrown.phase === 'body',
      );
    }
  });

  it('whose last chunk gets no answer leaves the outcome unknown', () => {
    const { outcome, sent } = hangUpAfter(lastChunk(host), []);
    assert.ok(outcome instanceof MailError);
    assert.deepEqual([outcome.kind, outcome.phase, sent], ['closed', 'dot', 'BDAT 0 LAST\r\n']);
  });
});
