// The collection lies in the provider's folders as its samples say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWNER, startFurnishedProvider } from './furnished.ts';

test('a furnished provider holds every sample, byte for byte, in its folder', async (t) => {
  const { provider, samples } = await startFurnishedProvider();
  t.after(() => provider.stop());
  for (const folder of ['INBOX', '客户往来', 'Sent', 'Junk'] as const) {
    const wanted = samples.filter((sample) => sample.folder === folder);
    const there = provider.messages(OWNER.address, folder);
    assert.ok(there.length >= 3);
    assert.deepEqual(
      there.map(({ bytes, internalDate }) => ({ bytes, internalDate })),
      wanted.map(({ bytes, internalDate }) => ({ bytes, internalDate })),
    );
  }
});
