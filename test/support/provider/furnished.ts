// The provider as most tests and the demo want it: two people, and the collection of messages in the first one's folders.
import { samples } from '../../messages/samples.ts';
import type { Sample } from '../../messages/sample.ts';
import type { Provider, ProviderOptions } from './provider.ts';
import { startProvider } from './provider.ts';

/** The person whose folders are full. */
export const OWNER = { address: 'wang@mail.test', password: 'lighthouse-灯塔' } as const;
/** A person at the same provider, with empty folders. */
export const FRIEND = { address: 'li@mail.test', password: 'paper-crane' } as const;

/** Starts a provider with both people, and delivers every sample to the folder where it belongs, oldest first. */
export async function startFurnishedProvider(
  options: Omit<ProviderOptions, 'users'> = {},
): Promise<{ readonly provider: Provider; readonly samples: readonly Sample[] }> {
  const users = { [OWNER.address]: OWNER.password, [FRIEND.address]: FRIEND.password };
  const provider = await startProvider({ ...options, users });
  const all = samples();
  for (const { folder, bytes, flags, internalDate } of all)
    provider.deliver(OWNER.address, folder, bytes, { flags, internalDate });
  return { provider, samples: all };
}
