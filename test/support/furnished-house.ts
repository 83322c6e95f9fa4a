// mailkeep installed for the owner of the furnished provider: IMAP for receiving, SMTP for sending.
import { install, type Installation } from './installation.ts';
import { OWNER, startFurnishedProvider } from './provider/furnished.ts';
import type { Provider } from './provider/provider.ts';
import type { Ending } from './temporary.ts';

/** The account `wang` as the configuration file gives it; it asks for mail at start, and then on New Year's Day. */
export function wangAt({ host, ports, ca }: Provider, receive: object = {}): Record<string, unknown> {
  const { address, password } = OWNER;
  const server = { host, tls: 'implicit', ca };
  return {
    name: 'wang',
    address,
    password,
    receive: { protocol: 'imap', ...server, port: ports.imaps, schedule: '0 0 1 1 *', ...receive },
    send: { ...server, port: ports.smtps, saveSent: 'never' },
  };
}

/** A provider with the samples, and an installation for its owner that has not yet fetched anything. */
export async function furnishedHouse(
  test: Ending,
): Promise<{ readonly provider: Provider; readonly house: Installation; readonly count: number }> {
  const { provider, samples } = await startFurnishedProvider();
  // After the installation's own end, which kills whoever still talks to it.
  const house = install(test, [wangAt(provider)]);
  test.after(() => provider.stop());
  return { provider, house, count: samples.length };
}
