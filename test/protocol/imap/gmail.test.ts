import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { uidFetchList, type Row } from '../../../src/protocol/imap/fetch-list.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { fetched, host, type Outcome } from './received.ts';

it('Gmail tells labels in every form, and ids; what is nonsense is not told', async () => {
  const [rows, changed, body] = await everySplit(transcript('imap/gmail-labels'), function* (): Dialogue<
    [Row[], Row[], Outcome]
  > {
    const tags = new Tags();
    const all = yield* uidFetchList(host, tags, '1:9', undefined, { gmail: true });
    const since = yield* uidFetchList(host, tags, '1:9', undefined, { gmail: true, since: '42' });
    return [all, since, yield* fetched('4', undefined, undefined, tags, true)];
  });
  assert.deepEqual(
    rows.map(({ labels }) => labels),
    [
      ['Work', '\\Inbox', '\\Sent'],
      ['+x', 'Food&Drinks', 'R&D', '\\Important', '客户往来/2024'],
      ['\\Starred', 'a "b" \\)', 'c'],
      [],
      undefined,
      ['Work', 'x y', '客户'],
    ],
  );
  assert.deepEqual(
    rows.map(({ emailId, threadId }) => [emailId, threadId]),
    [
      ['1278455344230334865', '1266894439832287888'],
      ['1278455344230334866', '1266894439832287889'],
      ['1278455344230334867', '1266894439832287890'],
      ['1278455344230334868', '1266894439832287891'],
      [undefined, undefined],
      [undefined, undefined],
    ],
  );
  assert.deepEqual(
    changed.map(({ uid, labels }) => [uid, labels]),
    [[4, ['\\Inbox']]],
  );
  assert.deepEqual(body.bodies[0]?.facts, {
    flags: [],
    received: Date.UTC(2024, 6, 17, 9, 44, 25),
    labels: ['\\Sent'],
    emailId: '1278455344230334868',
    threadId: '1266894439832287891',
  });
});
