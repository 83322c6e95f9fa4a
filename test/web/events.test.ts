// The answer that goes on: how long, for whom, and for how many at once.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClock } from '../support/fake-clock.ts';
import { openedPage, type OpenedPage } from './opened-page.ts';

const PASSWORD = 'open sesame';

/** The cookie of a session, and the word of its forms. */
async function signedIn(page: OpenedPage): Promise<{ cookie: string; csrf: string }> {
  const answer = await page.post('/login', { password: PASSWORD });
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const text = await (await page.get('/', { cookie })).text();
  return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '' };
}

describe('what follows the polls', async () => {
  const clock = new FakeClock();
  const page = await openedPage({ after }, { password: () => Promise.resolve(PASSWORD), clock });

  it('ends when the person signs out, and not when another one does', { timeout: 120_000 }, async () => {
    const [one, two] = [await signedIn(page), await signedIn(page)];
    const [first, second] = await Promise.all(
      [one, two].map(async ({ cookie }) => {
        const answer = await page.get('/events', { cookie });
        assert.equal(answer.status, 200);
        return answer.body?.getReader();
      }),
    );
    await page.post('/logout', { csrf: one.csrf }, { cookie: one.cookie });
    let text = '';
    const isRead = (async () => {
      for (let chunk = await first?.read(); chunk?.done === false; chunk = await first?.read())
        text += Buffer.from(chunk.value).toString();
      return true;
    })();
    while ((await Promise.race([isRead, windingOn()])) !== true);
    assert.match(text, /^event: polls\ndata: \{/);
    assert.equal((await page.get('/', { cookie: two.cookie })).status, 200);
    await second?.cancel();
  });

  it(
    'has a place for each window that is seen, and not for a thousand; HEAD takes none',
    { timeout: 120_000 },
    async () => {
      const { cookie } = await signedIn(page);
      for (let n = 0; n < 40; n++) await fetch(`${page.url}events`, { method: 'HEAD', headers: { cookie } });
      const answers = await Promise.all(Array.from({ length: 40 }, () => page.get('/events', { cookie })));
      const taken = answers.filter(({ status }) => status === 200);
      assert.ok(taken.length >= 30 && taken.length <= 32, `${taken.length}`);
      assert.ok(answers.every(({ status }) => status === 200 || status === 503));
      for (const { body } of answers) await body?.cancel();
      // A place is free again once the server has seen that they left.
      for (let status = 503; status !== 200;) {
        await windingOn();
        const again = await page.get('/events', { cookie });
        status = again.status;
        await again.body?.cancel();
      }
    },
  );

  /** A glance later. */
  async function windingOn(): Promise<void> {
    await sleep(20);
    await clock.wind(1000);
  }
});
