// An account at the provider, as the configuration would give it.
import type { Endpoint } from '../../src/model/account.ts';
import type { Receiving } from '../../src/receive/open-source.ts';
import type { Connection, Trace } from '../../src/net/connection.ts';
import { dial } from '../../src/net/dial.ts';
import type { Provider } from './provider/provider.ts';

/** The protocols and ways to TLS that the provider offers. */
export type Way = 'imaps' | 'imap' | 'pop3s' | 'pop3';

/** An account that receives from the provider; `imap` and `pop3` use STARTTLS. */
export function accountAt(provider: Provider, way: Way, address: string, password: string): Receiving {
  return {
    name: way,
    address,
    user: address,
    login: () => Promise.resolve({ user: address, password }),
    receive: {
      protocol: way.startsWith('imap') ? 'imap' : 'pop3',
      host: provider.host,
      port: provider.ports[way],
      tls: way.endsWith('s') ? 'implicit' : 'starttls',
      ca: provider.ca,
      schedule: '0 * * * *',
      push: false,
      folders: { include: ['*'], exclude: [] },
      connections: 1,
    },
    timeouts: { connect: 30_000, idle: 30_000 },
  };
}

/** Dials the account's server; `trace` sees what is said, `received` how many octets came. */
export function dialled(
  account: Receiving,
  trace?: Trace,
  received?: (octets: number) => void,
): () => Promise<Connection> {
  const endpoint: Endpoint = account.receive;
  return () => dial(endpoint, account.timeouts, { trace, received });
}

/** Dials it as if it were another machine, to which a login in clear is allowed: what is left out on loopback is not. */
export function dialledFromAfar(account: Receiving): () => Promise<Connection> {
  const dialling = dialled(account);
  return async () =>
    new Proxy(await dialling(), {
      get(connection, name) {
        if (name === 'channel') return { ...connection.channel, loopback: false, insecure: true };
        const value: unknown = Reflect.get(connection, name, connection);
        return typeof value === 'function' ? (value.bind(connection) as unknown) : value;
      },
    });
}
