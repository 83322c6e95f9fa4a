// What happens to the service while a message waits for the answer to its dot: it is asked to end, its account is changed or
// removed. The server has the message then, perhaps, and so it is waited for, told once, and never handed over again.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { until, type Started } from '../support/command-line.ts';
import { install, type Installation } from '../support/installation.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const WANG = 'wang@mail.test';

interface Slow {
  readonly port: number;
  /** Messages whose dot has come. */
  readonly dots: () => number;
  /** The dot that waits is answered. */
  readonly answer: (reply: string) => void;
}

/** A server that takes messages, and answers the first dot when it is told to. */
async function slowServer(t: TestContext): Promise<Slow> {
  let dots = 0;
  let reply: (text: string) => void = () => undefined;
  const held = new Promise<string>((resolve) => (reply = resolve));
  const server = await startScriptedServer(t, async (peer) => {
    await signedIn(peer);
    for (;;) {
      const command = await peer.line();
      if (command.startsWith('QUIT')) return peer.lines('221 bye');
      if (!command.startsWith('DATA')) await peer.lines('250 ok');
      else {
        await peer.lines('354 go');
        await peer.untilDot();
        await peer.lines(++dots === 1 ? await held : '250 ok');
      }
    }
  });
  return { port: server.port, dots: () => dots, answer: reply };
}

async function signedIn(peer: Peer): Promise<void> {
  await peer.lines('220 x');
  await peer.expect(/^EHLO/);
  await peer.lines('250-x', '250 AUTH PLAIN');
  await peer.expect(/^AUTH/);
  await peer.lines('235 ok');
}

const accountAt = (port: number, more: object = {}): object => ({
  name: 'wang',
  address: WANG,
  password: 'secret',
  send: { host: '127.0.0.1', port, tls: 'none', saveSent: 'never', ...more },
});

const other = (port: number): object => ({ ...accountAt(port), name: 'li', address: 'li@mail.test' });

const letter = (id: string): string =>
  `From: ${WANG}\r\nTo: someone@mail.test\r\nSubject: x\r\nMessage-ID: <${id}@mail.test>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nx\r\n`;

/** A service with these accounts, whose first letter waits for the answer to its dot. */
async function inDot(
  t: TestContext,
  slow: Slow,
  accounts: readonly object[],
): Promise<{ house: Installation; service: Started }> {
  const house = install(t, accounts);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('mailkeep is running'), service.said);
  house.drop('x.eml', letter('one'));
  await until(() => slow.dots() === 1, service.said);
  return { house, service };
}

const inSent = (house: Installation): string[] => house.names('sent').filter((name) => !name.startsWith('.'));

test('asked to end, it waits for the answer, and the next start hands nothing over again', async (t) => {
  const slow = await slowServer(t);
  const { house, service } = await inDot(t, slow, [accountAt(slow.port)]);
  const ended = service.stop();
  await until(() => / stopping$/m.test(service.said()), service.said);
  assert.equal(service.alive(), true);
  slow.answer('250 ok');
  assert.equal((await ended).code, 0);
  assert.deepEqual(inSent(house), ['x.eml']);
  const again = house.line.start('daemon');
  await until(() => again.said().includes('mailkeep is running'), again.said);
  house.drop('y.eml', letter('two'));
  await until(() => inSent(house).length === 2, again.said);
  await again.stop();
  assert.equal(slow.dots(), 2);
});

test('its account is changed: the answer counts, and the next message goes by the new way', async (t) => {
  const [slow, next] = [await slowServer(t), await slowServer(t)];
  next.answer('250 ok');
  const { house, service } = await inDot(t, slow, [accountAt(slow.port)]);
  house.drop('y.eml', letter('two'));
  house.configure([accountAt(next.port)]);
  const { code, stdout } = await house.line.run('reload');
  assert.deepEqual([code, stdout], [0, 'changed: wang\n']);
  slow.answer('250 ok');
  await until(() => inSent(house).length === 2, service.said);
  await service.stop();
  assert.deepEqual([slow.dots(), next.dots()], [1, 1]);
  assert.deepEqual(
    (await house.queue()).map(({ state, attempts }) => [state, attempts]),
    [
      ['sent', 1],
      ['sent', 1],
    ],
  );
});

test('its account is removed: what the server has taken is sent, and what still waits, waits', async (t) => {
  const slow = await slowServer(t);
  const { house, service } = await inDot(t, slow, [accountAt(slow.port), other(slow.port)]);
  house.drop('y.eml', letter('two'));
  await until(() => !readdirSync(house.outbox).includes('y.eml'), service.said);
  house.configure([other(slow.port)]);
  const { code, stdout } = await house.line.run('reload');
  assert.deepEqual([code, stdout], [0, 'removed: wang\n']);
  slow.answer('250 ok');
  await until(() => inSent(house).length === 1, service.said);
  // What goes by another account afterwards shows that nothing goes by this one any more.
  house.drop('z.eml', letter('three').replace(WANG, 'li@mail.test'));
  await until(() => inSent(house).length > 1, service.said);
  assert.deepEqual((await house.queue()).map(({ file, state }) => `${file} ${state}`).toSorted(), [
    'x.eml sent',
    'y.eml due',
    'z.eml sent',
  ]);
  house.configure([accountAt(slow.port), other(slow.port)]);
  assert.equal((await house.line.run('reload')).code, 0);
  await until(() => inSent(house).length === 3, service.said);
  await service.stop();
  assert.equal(slow.dots(), 3);
});

test('a refusal that comes after the account was removed is told as one', async (t) => {
  const slow = await slowServer(t);
  const { house, service } = await inDot(t, slow, [accountAt(slow.port), other(slow.port)]);
  house.configure([other(slow.port)]);
  assert.equal((await house.line.run('reload')).code, 0);
  slow.answer('554 5.6.0 not wanted');
  await until(() => house.names('failed').includes('x.eml'), service.said);
  await service.stop();
  assert.deepEqual([slow.dots(), inSent(house)], [1, []]);
});
