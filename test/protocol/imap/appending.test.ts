// Filing for a restore: one command a message, several in flight; where an account's folders begin; what a folder keeps.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WireName } from '../../../src/model/ids.ts';
import { appendEach } from '../../../src/protocol/imap/appending.ts';
import { namespace } from '../../../src/protocol/imap/namespace.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

function message(subject: string) {
  const octets = Buffer.from(`Subject: ${subject}\r\n\r\n`);
  return { subject, octets: octets.length, from: () => pieces(octets), flags: [], received: null };
}

async function* pieces(octets: Buffer): AsyncGenerator<Buffer> {
  yield octets;
}

describe('APPEND, several in flight', () => {
  it('tells of each what became of it, and sends nothing into a full mailbox', async () => {
    const heard = await everySplit(transcript('imap/append-several-in-flight'), function* () {
      const said: string[] = [];
      yield* appendEach(
        host,
        new Tags(),
        'Sent' as WireName,
        ['a', 'b', 'c', 'd', 'e'].map(message),
        { capabilities: new Set(['LITERAL+']), window: 2 },
        {
          filed: ({ subject }, place) => said.push(`${subject} ${place?.uid ?? 'filed'}`),
          refused: ({ subject }, { kind, code }) => said.push(`${subject} ${kind} ${code ?? ''}`),
        },
      );
      return said;
    });
    assert.deepEqual(heard, ['a 1', 'b refused ', 'c busy OVERQUOTA', 'd filed']);
  });
});

describe('NAMESPACE', () => {
  it('tells where new folders go, or nothing', async () => {
    const told = await everySplit(transcript('imap/courier-namespace'), function* () {
      const tags = new Tags();
      return [yield* namespace(host, tags), yield* namespace(host, tags), yield* namespace(host, tags)];
    });
    assert.deepEqual(told, [{ prefix: 'INBOX.', delimiter: '.' }, null, null]);
  });
});
