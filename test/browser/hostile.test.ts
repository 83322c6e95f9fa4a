import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { withoutBrowser } from './browser.ts';
import { openHostile } from './open-hostile.ts';

describe('a hostile mail on the page', { skip: withoutBrowser() }, () => {
  it('makes the browser ask nobody, run nothing, and open nothing', async () => {
    const { outcomes, names } = await openHostile({ after });
    assert.equal(outcomes.length, 20);
    for (const { mail, bad, own } of outcomes) {
      assert.deepEqual(bad, [], mail);
      assert.ok(own > 4, `${mail} was opened`);
    }
    assert.deepEqual(names, []);
  });
});
