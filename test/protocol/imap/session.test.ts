import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Folder } from '../../../src/model/mailbox.ts';
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import { capability } from '../../../src/protocol/imap/capability.ts';
import type { Capabilities } from '../../../src/protocol/imap/capability.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import type { Examined } from '../../../src/protocol/imap/examine.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import type { Row } from '../../../src/protocol/imap/fetch-list.ts';
import { greeting } from '../../../src/protocol/imap/greeting.ts';
import { id } from '../../../src/protocol/imap/id.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { logout } from '../../../src/protocol/imap/logout.ts';
import { noop } from '../../../src/protocol/imap/noop.ts';
import { starttls } from '../../../src/protocol/imap/starttls.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { fetched, host, identity } from './received.ts';
import type { Outcome } from './received.ts';
import { imapLogin } from '../../support/logins.ts';

interface Opened {
  readonly tags: Tags;
  readonly before: Capabilities;
  readonly after: Capabilities;
}

function* open(user: string, pass: string, tls: boolean = false): Dialogue<Opened> {
  const tags = new Tags();
  const hello = yield* greeting(host, tls);
  if (tls) yield* starttls(host, tags);
  const before = (tls ? null : hello.capabilities) ?? (yield* capability(host, tags));
  const after = yield* imapLogin(host, tags, user, pass, before);
  return { tags, before, after: after ?? (yield* capability(host, tags)) };
}

describe('a whole IMAP session', () => {
  it('with 163: ID after the login, no UIDNEXT, Chinese names and bodies', async () => {
    const seen = await everySplit(transcript('imap/163-session'), function* (): Dialogue<
      [Folder[], Examined, Row[], Outcome, ReadonlyMap<string, string> | null]
    > {
      const { tags, after } = yield* open('someone@163.com', 'AUTHCODE');
      assert.ok(after.has('ID'));
      const server = yield* id(host, tags, identity);
      const folders = yield* list(host, tags);
      const [inbox] = folders;
      assert.ok(inbox !== undefined);
      const state = yield* examine(host, tags, inbox.wire, identity);
      const rows = yield* uidFetchList(host, tags, '1:4294967295', state.validity);
      const bodies = yield* fetched('1320000101:1320000102', state.validity, undefined, tags);
      yield* logout(tags);
      return [folders, state, rows, bodies, server];
    });
    const [folders, state, rows, bodies, server] = seen;
    assert.deepEqual(
      folders.map(({ name }) => name),
      ['INBOX', '草稿箱', '已发送', '垃圾邮件'],
    );
    assert.deepEqual(folders[3]?.attributes, ['\\Junk']);
    assert.deepEqual(state, { validity: 1, exists: 2, uidNext: null, modseq: null });
    assert.deepEqual(
      rows.map(({ uid, size, flags }) => [uid, size, flags]),
      [
        [1320000101, 51, ['\\Seen']],
        [1320000102, 80, []],
      ],
    );
    assert.equal(rows[0]?.received, Date.UTC(2024, 6, 1, 1, 10, 11));
    assert.deepEqual([bodies.completed, bodies.refusal, bodies.open], [2, null, 0]);
    assert.match(Buffer.from(bodies.bodies[0]?.text ?? '', 'latin1').toString(), /Subject: 发票/);
    assert.deepEqual(server?.get('name'), 'Coremail Imap');
  });

  it('with QQ: capabilities in the greeting, PLAIN after a `+`, spaces before parentheses', async () => {
    const seen = await everySplit(transcript('imap/qq-session'), function* (): Dialogue<
      [Folder[], Examined, Row[], Outcome]
    > {
      const { tags, before } = yield* open('someone@qq.com', 'AUTHCODE');
      assert.ok(before.has('AUTH=PLAIN'));
      yield* id(host, tags, identity);
      const folders = yield* list(host, tags);
      const folder = folders[2];
      assert.ok(folder !== undefined);
      const state = yield* examine(host, tags, folder.wire, identity);
      const rows = yield* uidFetchList(host, tags, '1:19436', state.validity);
      const bodies = yield* fetched('19436', state.validity, undefined, tags);
      yield* logout(tags);
      return [folders, state, rows, bodies];
    });
    const [folders, state, rows, bodies] = seen;
    assert.equal(folders[2]?.name, '其他文件夹/客户往来');
    assert.deepEqual(state, { validity: 1432698571, exists: 1, uidNext: 19437, modseq: null });
    assert.deepEqual(rows, [{ uid: 19436, flags: [], size: 9000, received: Date.UTC(2024, 6, 3, 2, 0, 0) }]);
    assert.deepEqual(bodies.uids, [19436]);
  });

  it('with Gmail: SASL-IR, capabilities with the login, items that nobody asked for', async () => {
    const seen = await everySplit(transcript('imap/gmail-session'), function* (): Dialogue<
      [Folder[], Examined, Outcome]
    > {
      const { tags, after } = yield* open('someone@gmail.com', 'abcd efgh');
      assert.ok(after.has('UIDPLUS') && !after.has('SASL-IR'));
      yield* id(host, tags, identity);
      const folders = yield* list(host, tags);
      const all = folders.find(({ attributes }) => attributes.includes('\\All'));
      assert.ok(all !== undefined);
      const state = yield* examine(host, tags, all.wire, identity);
      return [folders, state, yield* fetched('1', state.validity, undefined, tags)];
    });
    const [folders, state, bodies] = seen;
    assert.deepEqual(
      folders.map(({ name }) => name),
      ['INBOX', '[Gmail]', '[Gmail]/所有邮件', 'R&D'],
    );
    assert.equal(state.modseq, '1706092971947030001');
    assert.deepEqual(bodies.bodies[0]?.facts, {
      flags: ['\\Seen', '[x]', '$Label1'],
      received: Date.UTC(2024, 6, 17, 9, 44, 25),
      labels: ['+x', '\\Starred'],
    });
  });

  it('with Dovecot: STARTTLS, and nothing that was told before it counts', async () => {
    const seen = await everySplit(transcript('imap/dovecot-session'), function* (): Dialogue<
      [Folder[], Examined, Row[], Outcome]
    > {
      const { tags, before } = yield* open('anna', 'secret', true);
      assert.ok(before.has('AUTH=PLAIN') && !before.has('LOGINDISABLED'));
      const folders = yield* list(host, tags);
      const folder = folders[2];
      assert.ok(folder !== undefined);
      const state = yield* examine(host, tags, folder.wire);
      const rows = yield* uidFetchList(host, tags, '1:7', state.validity);
      const bodies = yield* fetched('3,7', state.validity, undefined, tags);
      yield* noop(host, tags);
      return [folders, state, rows, bodies];
    });
    const [folders, state, rows, bodies] = seen;
    assert.equal(folders[2]?.name, 'INBOX.客户往来');
    assert.deepEqual(state, { validity: 1719800000, exists: 2, uidNext: 8, modseq: '15' });
    assert.deepEqual(
      rows.map(({ uid }) => uid),
      [3, 7],
    );
    assert.equal(bodies.bodies[1]?.text, '\0\xff binary \r\r\n\n');
  });

  it('with Aliyun: no capabilities in the greeting, LOGIN, a tiny UIDVALIDITY', async () => {
    const state = await everySplit(transcript('imap/aliyun-session'), function* (): Dialogue<Examined> {
      const tags = new Tags();
      yield* greeting(host, false);
      const words = yield* capability(host, tags);
      assert.equal(yield* imapLogin(host, tags, 'someone@aliyun.com', 'AUTHCODE', words), null);
      const [, folder] = yield* list(host, tags);
      assert.equal(folder?.name, '垃圾箱');
      return yield* examine(host, tags, folder.wire);
    });
    assert.deepEqual(state, { validity: 2, exists: 0, uidNext: 1, modseq: null });
  });

  it('with Sina: names as literals go back as literals, octet for octet', async () => {
    const state = await everySplit(transcript('imap/sina-session'), function* (): Dialogue<Examined> {
      const tags = new Tags();
      const { capabilities } = yield* greeting(host, false);
      yield* imapLogin(host, tags, 'someone@sina.com', 'AUTHCODE', capabilities ?? new Set());
      const [, folder] = yield* list(host, tags);
      assert.equal(folder?.name, '已发送夹');
      return yield* examine(host, tags, folder.wire);
    });
    assert.deepEqual(state, { validity: 5, exists: 3, uidNext: null, modseq: null });
  });
});
