// A token that a server refuses may only be too old: a fresher one is asked for, once, for all three protocols. A password is
// said once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Account, Credentials, Login } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import { login } from '../../src/outbox/login.ts';
import { openSource } from '../../src/receive/open-source.ts';
import { accountAt, dialled } from '../support/account.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'anna@mail.test';

/** A login that hands out these in turn, and what it was asked with. */
function handing(...list: readonly Credentials[]): {
  readonly login: Login;
  readonly asked: (Credentials | undefined)[];
} {
  const asked: (Credentials | undefined)[] = [];
  return {
    asked,
    login: (refused) => {
      const next = list[Math.min(asked.push(refused), list.length) - 1];
      return next === undefined ? Promise.reject(new Error('nothing to hand out')) : Promise.resolve(next);
    },
  };
}

const token = (text: string): Credentials => ({ user: ADDRESS, token: text });
const STALE = token('stale');
const FRESH = token('fresh');

async function provider(t: Ending): Promise<Provider> {
  const started = await startProvider({
    users: { [ADDRESS]: 'right' },
    tokens: (address, text) => address === ADDRESS && text === 'fresh',
  });
  t.after(() => started.stop());
  return started;
}

/** Connects and logs in, once. */
async function attempt(at: Provider, protocol: 'imaps' | 'pop3s' | 'smtps', by: Login): Promise<void> {
  const account = { ...accountAt(at, protocol === 'smtps' ? 'imaps' : protocol, ADDRESS, ''), login: by };
  if (protocol === 'smtps') {
    const endpoint = { host: at.host, port: at.ports.smtps, tls: 'implicit', ca: at.ca } as const;
    const connection = await dial(endpoint, account.timeouts);
    try {
      await login(connection, account satisfies Account, 'laptop.example');
    } finally {
      connection.close();
    }
    return;
  }
  const source = openSource(account, dialled(account), new Map());
  try {
    await source.open();
  } finally {
    source.abort();
  }
}

for (const protocol of ['imaps', 'pop3s', 'smtps'] as const) {
  describe(`over ${protocol}`, () => {
    test('a refused token is followed by a fresher one, which lets in', async (t) => {
      const by = handing(STALE, FRESH);
      await attempt(await provider(t), protocol, by.login);
      assert.deepEqual(by.asked, [undefined, STALE]);
    });

    test('a fresher token that is refused too is the end of it', async (t) => {
      const by = handing(STALE, token('stale-too'), FRESH);
      await assert.rejects(
        attempt(await provider(t), protocol, by.login),
        (thrown) =>
          thrown instanceof MailError && thrown.kind === 'auth' && /mailkeep login/.test(thrown.hint ?? ''),
      );
      assert.equal(by.asked.length, 2);
    });

    test('where there is no fresher one the same is not said twice', async (t) => {
      const by = handing(STALE, STALE, FRESH);
      const at = await provider(t);
      await assert.rejects(
        attempt(at, protocol, by.login),
        (thrown) => thrown instanceof MailError && thrown.kind === 'auth',
      );
      assert.equal(by.asked.length, 2);
      const said = at.heard().filter((heard) => /\bAUTH(ENTICATE)?\b/.test(heard.line));
      assert.equal(said.length, 1);
    });

    test('a refused password is said once', async (t) => {
      const by = handing({ user: ADDRESS, password: 'wrong' }, { user: ADDRESS, password: 'right' });
      await assert.rejects(
        attempt(await provider(t), protocol, by.login),
        (thrown) => thrown instanceof MailError && thrown.kind === 'auth',
      );
      assert.deepEqual(by.asked, [undefined]);
    });
  });
}
