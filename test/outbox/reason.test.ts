// What stands beside a message that could not be sent, in both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inChinese } from '../../src/chinese/told.ts';
import type { Recipient } from '../../src/outbox/entry.ts';
import { claimed, type Letter } from '../../src/outbox/letter.ts';
import { reasonText } from '../../src/outbox/reason.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const ORIGIN = { dev: 1n, ino: 2n, mtimeNs: 3n, size: 4, sha256: '00' };
const NOBODY: Recipient = { address: 'no@mail.test', state: 'failed', reply: '550 no', doubt: null };
const DONE: Recipient = { address: 'li@mail.test', state: 'sent', reply: '250 ok', doubt: null };

function text(change: Partial<Letter>): string {
  const claim = { id: 'abc', file: 'x.eml', folder: null, verdict: null, origin: ORIGIN };
  const letter = {
    ...claimed(claim, NOW),
    state: 'failed',
    attempts: 1,
    recipients: [NOBODY],
    ...change,
  } as const;
  return reasonText(letter, 'x.eml', NOW, inChinese);
}

test('what happened and what to do stands there in English and in Chinese', () => {
  const plain = text({});
  assert.match(plain, /^This message was not sent\.\n/);
  assert.match(plain, /中文说明：\n  这封邮件没有发出。\n  请看上面 Why 一栏/);
  assert.match(plain, /移回发件夹。\n$/);
  const ours = text({ attempts: 0, reason: 'the account wang has no send: in the configuration any more' });
  assert.match(ours, /没有发出。\n  原因：配置里账户 wang 没有 send:，不能发信\n  请按上述原因修改。\n/);
  assert.doesNotMatch(plain, /原因：/, 'the words of a server are its own');
  assert.match(text({ attempts: 0, reason: 'something else' }), /请按上面 Why 一栏指出的问题修改。/);
});

test('a cure in both languages is told in each', () => {
  const told = text({ hint: 'Look at the address. — 请检查地址。' });
  assert.match(told, /What to do:\n  Look at the address\.\n/);
  assert.match(told, /没有发出。\n  请检查地址。\n/);
});

test('who has it, and what is in doubt, is told in each', () => {
  assert.match(
    text({ recipients: [DONE, NOBODY] }),
    /只发给了一部分收件人，其余的没有收到。[^]*X-Mailkeep-Only-To 一行/,
  );
  assert.match(text({ doubts: 1 }), /也可能已经发出。\n  注意：有一次发送没有等到/);
  assert.match(text({ doubts: 1, recipients: [DONE, NOBODY] }), /其余的不一定收到。/);
});
