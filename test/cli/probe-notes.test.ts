// What `check` says beside its steps: when it is due, and when it is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { notesOfConnection, notesOfReceiving } from '../../src/cli/probe-notes.ts';
import type { Endpoint, Receive } from '../../src/model/account.ts';
import type { WireName } from '../../src/model/ids.ts';

const AT: Endpoint = { host: 'imap.example.org', port: 993, tls: 'implicit' };

test('of a connection: weak TLS, tlsOld without need, a certificate that ends soon, clear text to another machine', () => {
  for (const [endpoint, version, days, loopback, en, zh] of [
    [AT, 'TLSv1.3', 14, false, undefined, undefined],
    [AT, 'TLSv1.2', 13, false, /ends in 13 days/, /13 天到期/],
    [{ ...AT, pin: 'sha256/x' }, 'TLSv1.2', -1, false, /has ended/, /已过期/],
    [{ ...AT, tlsOld: true }, 'TLSv1', 90, false, /speaks TLSv1,/, /只用 TLSv1，/],
    [{ ...AT, tlsOld: true }, 'TLSv1.1', 90, false, /speaks TLSv1\.1/, /只用 TLSv1\.1/],
    [{ ...AT, tlsOld: true }, 'TLSv1.2', 90, false, /without tlsOld/, /去掉 tlsOld/],
    [AT, null, null, false, /anybody on the way reads/, /任何人都能读到/],
    [AT, null, null, true, undefined, undefined],
  ] as const) {
    const notes = notesOfConnection(endpoint, { version, days, loopback });
    assert.equal(notes.length, en === undefined ? 0 : 1, String(version));
    if (en === undefined) continue;
    assert.match(notes[0]?.en ?? '', en);
    assert.match(notes[0]?.zh ?? '', zh);
  }
});

const RECEIVE: Receive = {
  ...AT,
  protocol: 'imap',
  schedule: '0 * * * *',
  push: true,
  folders: { include: ['*'], exclude: [] },
  connections: 1,
};
const ALL = { folders: [], allMail: null, tells: () => '', unfit: undefined };

test('of a provider: the window of thirty days by IMAP and POP3, with the place of its setting, and one connection', () => {
  const inbox = { wire: 'INBOX' as WireName, name: 'INBOX', delimiter: null, attributes: [] };
  const found = {
    ...ALL,
    folders: [inbox],
    tells: (word: string) => (word === 'IDLE' ? '' : undefined),
  };
  const said = (more: Partial<Receive>): string[] =>
    notesOfReceiving({ ...RECEIVE, ...more }, found).flatMap(({ en, zh }) => [en, zh]);
  assert.deepEqual(said({}), []);
  for (const [host, setting] of [
    ['imap.qq.com', /设置 > 账号.*收取全部的邮件/],
    ['imap.163.com', /mail\.163\.com.*收取全部邮件/],
    ['imap.126.com', /mail\.126\.com.*收取全部邮件/],
    ['imap.sina.com', /设置区 > 客户端pop\/imap\/smtp/],
  ] as const) {
    const [en = '', zh = '', ...rest] = said({ host });
    assert.match(en, /shows IMAP programs the mail of the last 30 days only/);
    assert.match(en, setting);
    assert.match(zh, /最近 30 天/);
    assert.match(zh, setting);
    assert.deepEqual(rest, []);
  }
  assert.match(said({ host: 'pop.qq.com', protocol: 'pop3' })[0] ?? '', /shows POP3 programs/);
  assert.match(
    said({ host: 'imap.qq.com', connections: 3 })[2] ?? '',
    /^QQ Mail bears one connection .*connections: 1/,
  );
  assert.deepEqual(said({ host: 'imap.fastmail.com', connections: 4 }), []);
});
