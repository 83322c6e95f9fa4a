// The configuration is read again while the service runs: accounts come, change and go, and whoever stays notices nothing.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { CommandLine, until } from '../support/command-line.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install } from '../support/installation.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';

test('an account is added and one removed, and the push of the one that stays is not disturbed', async (t) => {
  const wangs = await providerOf(t, OWNER);
  const lis = await providerOf(t, FRIEND);
  const wang = wangAt(wangs, { push: true });
  const li = { ...wangAt(lis, { push: false }), name: 'li', ...FRIEND };
  const house = install(t, [wang]);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('push is on'), service.said);
  const before = wangs.connections('IMAP');

  lis.deliver(FRIEND.address, 'INBOX', bulkMessage(1));
  house.configure([wang, li]);
  process.kill(service.pid, 'SIGHUP');
  await until(() => /received .*account=li/.test(service.said()), service.said);
  assert.match(service.said(), /the configuration was read again added=li\n/);
  house.drop('li/hello.eml', letter(FRIEND.address, '<added@mail.test>'));
  await until(() => lis.accepted('<added@mail.test>') === 1, service.said);

  writeFileSync(house.config, 'acounts: []\n', { mode: 0o600 });
  process.kill(service.pid, 'SIGHUP');
  await until(() => service.said().includes('and the old one stays'), service.said);
  assert.match(service.said(), /acounts: unknown key; did you mean "accounts"/);
  house.drop('li/again.eml', letter(FRIEND.address, '<kept@mail.test>'));
  await until(() => lis.accepted('<kept@mail.test>') === 1, service.said);

  house.configure([wang]);
  const { code, stdout } = await house.line.run('reload', '--json');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { added: [], changed: [], removed: ['li'], restart: [] });
  assert.equal(wangs.connections('IMAP'), before, 'nothing dialled anew for the one that stays');
  wangs.deliver(OWNER.address, 'INBOX', bulkMessage(2));
  await until(() => /received .*account=wang/.test(service.said()), service.said);
  const ended = await service.stop();
  assert.equal(ended.code, 0);
});

test('a changed account ends what it was doing, and begins anew; a key that needs a restart is told', async (t) => {
  const provider = await providerOf(t, OWNER);
  provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
  const silent = createServer();
  let callers = 0;
  let gone = 0;
  silent.on('connection', (socket) => {
    callers++;
    socket.on('error', () => undefined).on('close', () => gone++);
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  const house = install(t, [wangAt(provider, { port, push: false })]);
  const service = house.line.start('daemon');
  await until(() => callers === 1, service.said);
  house.configure([wangAt(provider, { push: false })], { log: { level: 'debug' } });
  const { code, stdout } = await house.line.run('reload');
  assert.equal(code, 0, service.said());
  assert.equal(stdout, 'changed: wang\nwaits for a restart of the service: log\n');
  await until(() => gone === 1, 'the silent server is left');
  await until(() => /received .*account=wang/.test(service.said()), service.said);
  await service.stop();
});

test('a changed `data` is told to wait for a restart, and the service of the old one is found', async (t) => {
  const provider = await providerOf(t, OWNER);
  let line: CommandLine | undefined;
  t.after(() => line?.kill());
  const house = install(t, [wangAt(provider)]);
  // Where the archive is another one, the socket must lie elsewhere.
  line = new CommandLine(house.config, { XDG_RUNTIME_DIR: house.directory });
  const service = line.start('daemon');
  await until(() => service.said().includes('mailkeep is running'), service.said);
  house.configure([wangAt(provider)], { data: `${house.directory}/elsewhere` });
  const { code, stdout, stderr } = await line.run('reload');
  assert.deepEqual([code, stdout], [0, 'waits for a restart of the service: data\n'], stderr);
  assert.equal(existsSync(`${house.directory}/elsewhere`), false);
  // Of another file it is not the service.
  const other = `${house.directory}/other.yaml`;
  writeFileSync(other, readFileSync(house.config), { mode: 0o600 });
  const alone = await line.run('reload', '--config', other);
  assert.equal(alone.code, 69);
  assert.match(alone.stderr, /If `data` was changed while it ran, restart it/);
  await service.stop();
});

test('without a service, or with a wrong file, `reload` says so', async (t) => {
  const provider = await providerOf(t, OWNER);
  const house = install(t, [wangAt(provider)]);
  const alone = await house.line.run('reload');
  assert.equal(alone.code, 69);
  assert.match(alone.stderr, /no service .* answers/);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('mailkeep is running'), service.said);
  house.configure([{ ...wangAt(provider), user: 5 }]);
  assert.equal((await house.line.run('reload')).code, 78);
  assert.equal(service.alive(), true);
  await service.stop();
});

function letter(from: string, id: string): string {
  return `From: ${from}\r\nTo: someone@mail.test\r\nSubject: x\r\nMessage-ID: ${id}\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nx\r\n`;
}

async function providerOf(
  t: TestContext,
  { address, password }: { readonly address: string; readonly password: string },
): Promise<Provider> {
  const provider = await startProvider({ users: { [address]: password, 'someone@mail.test': 'x' } });
  t.after(() => provider.stop());
  return provider;
}
