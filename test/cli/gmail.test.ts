// Gmail from the command line: each message once, found by its labels, and the folders that are labels told as such.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { install } from '../support/installation.ts';
import { addGmailUser, ENGLISH } from '../support/provider/gmail.ts';
import { startProvider } from '../support/provider/provider.ts';

test('sync, search, show and folders know labels', async (t) => {
  const provider = await startProvider({ gmail: true });
  t.after(() => provider.stop());
  const box = addGmailUser(provider, 'ann@gmail.test', 'secret');
  box.deliver(bulkMessage(1), ['\\Inbox', 'Work/客户']);
  box.deliver(bulkMessage(2), ['\\Sent']);
  const { host, ports, ca } = provider;
  const receive = { protocol: 'imap', host, port: ports.imaps, tls: 'implicit', ca };
  const house = install(t, [{ name: 'ann', address: 'ann@gmail.test', password: 'secret', receive }]);

  const synced = await house.json('sync');
  assert.deepEqual([synced.code, synced.answer.accounts?.[0]?.stored], [0, 2]);
  const { answer } = await house.json('search', 'label:work/客户 in:INBOX');
  const [hit] = (answer.hits ?? []) as { id: string; locations: object[] }[];
  const place = { account: 'ann', folder: ENGLISH.all, uid: 1, flags: [], gone: null };
  assert.deepEqual(hit?.locations, [{ ...place, labels: ['Work/客户', '\\Inbox'] }]);
  const shown = await house.line.run('show', hit?.id ?? '');
  assert.match(shown.stdout, /ann {2}\[Gmail\]\/All Mail {2}UID 1 {2}\[Work\/客户\] \[\\Inbox\]/);

  const { stdout } = await house.line.run('folders', 'ann');
  assert.match(stdout, /^kept {4}\[Gmail\]\/All Mail/m);
  assert.match(stdout, /^kept {4}\[Gmail\]\/Trash/m);
  assert.match(stdout, /^label {3}INBOX/m);
  assert.match(stdout, /^label {3}Work\/客户/m);
  const verified = await house.json('verify', '--server');
  assert.equal(verified.code, 0);
});
