// `kill -9` of the service at each command of the session that files a copy, and again in the session after the restart that
// looks for it: in the end the Sent folder has the copy once, and the message was sent once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { list } from '../../src/outbox/list.ts';
import type { Started } from '../support/command-line.ts';
import { until } from '../support/command-line.ts';
import { install } from '../support/installation.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';

const WANG = 'wang@mail.test';
const LI = 'li@mail.test';

/** When to kill: before a command is obeyed, or when it was and its answer is not out. */
type Kill = readonly [when: 'heard' | 'obeyed', verb: string];

const FILING: readonly Kill[] = [
  ['heard', 'AUTHENTICATE'],
  ['heard', 'LIST'],
  ['heard', 'APPEND'],
  ['obeyed', 'APPEND'],
  ['heard', 'LOGOUT'],
];
const LOOKING: readonly Kill[] = [
  ['heard', 'EXAMINE'],
  ['obeyed', 'UID SEARCH'],
  ['obeyed', 'UID FETCH'],
];

describe('a service that is killed while it files a copy', () => {
  const rows: readonly (readonly Kill[])[] = [
    ...FILING.map((kill) => [kill]),
    ...LOOKING.map((kill): readonly Kill[] => [['obeyed', 'APPEND'], kill]),
  ];
  for (const kills of rows)
    test(`${kills.map((kill) => kill.join(' ')).join(', then ')}: one copy`, async (t) => {
      const provider = await startProvider({ users: { [WANG]: 'secret', [LI]: 'secret' } });
      t.after(() => provider.stop());
      const house = install(t, [accountOf(provider)]);
      for (const [index, kill] of kills.entries()) {
        let doomed: Started | undefined;
        doom(provider, kill, () => void doomed?.kill('SIGKILL'));
        doomed = house.line.start('daemon');
        const { alive, said, ended } = doomed;
        if (index === 0) house.drop('x.eml', letter());
        await until(() => !alive(), said);
        assert.equal((await ended).signal, 'SIGKILL');
      }
      provider.faults.watch = () => {};
      const service = house.line.start('daemon');
      await until(() => service.said().includes('is running'), service.said);
      await until(() => list(house.data)[0]?.sentCopy?.state === 'filed', service.said);
      const ended = await service.stop();
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(provider.messages(WANG, 'Sent').length, 1);
      assert.equal(provider.submissions.length, 1);
      assert.deepEqual([list(house.data)[0]?.state, house.names('sent')], ['sent', ['x.eml']]);
    });
});

/** Kills in the session of the copy, which is the one after the poll's. */
function doom(provider: Provider, [when, verb]: Kill, kill: () => void): void {
  const poll = provider.connections('IMAP');
  provider.faults.watch = (now, command, connection) => {
    if (now === when && command === verb && connection > poll) kill();
  };
}

function accountOf({ host, ports }: Provider): object {
  return {
    name: 'wang',
    address: WANG,
    password: 'secret',
    receive: {
      host,
      port: ports.imap,
      tls: 'none',
      schedule: '0 0 1 1 *',
      push: false,
      folders: { include: ['INBOX'] },
    },
    send: { host, port: ports.smtp, tls: 'none', saveSent: 'always' },
  };
}

function letter(): string {
  return `From: ${WANG}\nTo: ${LI}\nMessage-ID: <x@mail.test>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nHello.\n`;
}
