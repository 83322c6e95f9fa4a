import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_SUCH_HOST } from '../../src/net/cures.ts';
import type { AccountStatus } from '../../src/service/account-facts.ts';
import type { Status } from '../../src/service/facts.ts';
import { troublesIn } from '../../src/web/troubles.ts';
import { wordsOf } from '../../src/web/words.ts';

const HINT = 'Make one on the web. — 请在网页上生成。';
const REFUSED = { kind: 'auth', message: 'IMAP login refused', retry: 'never', hint: HINT };
const DISK: Status['alerts'][number] = {
  kind: 'disk',
  subject: '',
  account: null,
  message: { en: 'only 1 GB left', zh: '只剩 1 GB' },
  hint: { en: 'Free some space.', zh: '请清理磁盘。' },
  since: '2026-01-01T00:00:00.000Z',
};
const STALE: Status['alerts'][number] = {
  ...DISK,
  kind: 'stale',
  subject: 'qq',
  account: 'qq',
  message: { en: 'qq is late', zh: 'qq 迟了' },
};

function status(
  account: Partial<AccountStatus>,
  alerts: Status['alerts'] = [],
): Pick<Status, 'alerts' | 'accounts'> {
  const well: AccountStatus = {
    name: 'qq',
    state: 'ok',
    lastGood: '2026-01-01T23:55:00.000Z',
    lastTry: '2026-01-01T23:55:00.000Z',
    error: null,
    stored: 10,
    pending: 0,
    poisoned: 0,
    waiting: null,
    next: null,
    unfetched: [],
    running: null,
    proof: null,
  };
  return { alerts, accounts: [{ ...well, ...account }] };
}

describe('what needs a person', () => {
  const table: readonly (readonly [
    what: string,
    given: ReturnType<typeof status>,
    found: readonly string[],
  ])[] = [
    ['nothing where all is well', status({}), []],
    ['nothing where an account is not yet synced', status({ state: 'never', lastGood: null }), []],
    ['each alert', status({}, [DISK]), ['Only 1 GB left']],
    [
      'an account whose last poll failed',
      status({ state: 'failing', error: REFUSED }),
      ['qq cannot be synced'],
    ],
    [
      'an account that wants its person',
      status({ state: 'login', error: REFUSED }),
      ['qq wants you to sign in'],
    ],
    ['an account once, though an alert tells of it too', status({ state: 'stale' }, [STALE]), ['qq is late']],
    [
      'an account beside an alert that is about something else',
      status({ state: 'failing', error: REFUSED }, [DISK]),
      ['Only 1 GB left', 'qq cannot be synced'],
    ],
  ];
  for (const [what, given, found] of table)
    it(what, () =>
      assert.deepEqual(
        troublesIn(given, wordsOf('en')).map(({ what }) => what),
        found,
      ),
    );

  it('names the cure in the language of the reader, and English where there is no other', () => {
    const cure = (language: 'en' | 'zh', hint: string | null): string | null | undefined =>
      troublesIn(status({ state: 'failing', error: { ...REFUSED, hint } }), wordsOf(language))[0]?.cure;
    assert.equal(cure('en', HINT), 'Make one on the web.');
    assert.equal(cure('zh', HINT), '请在网页上生成。');
    assert.equal(cure('zh', 'English alone.'), 'English alone.');
    assert.equal(cure('zh', NO_SUCH_HOST.en), NO_SUCH_HOST.zh, 'of a host abroad, too');
    assert.equal(cure('en', null), null);
    const abroad = { ...DISK, hint: { en: NO_SUCH_HOST.en, zh: NO_SUCH_HOST.en } };
    assert.equal(troublesIn(status({}, [abroad]), wordsOf('zh'))[0]?.cure, NO_SUCH_HOST.zh);
    assert.equal(troublesIn(status({}, [DISK]), wordsOf('zh'))[0]?.cure, '请清理磁盘。');
  });
});
