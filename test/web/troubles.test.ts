import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountStatus, Status } from '../../src/service/facts.ts';
import { troublesIn } from '../../src/web/troubles.ts';
import { wordsOf } from '../../src/web/words.ts';

const NOW = Date.UTC(2026, 0, 2);
const WELL: AccountStatus = {
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

function status(account: Partial<AccountStatus>, more: Partial<Status> = {}): Status {
  return {
    ok: true,
    accounts: [{ ...WELL, ...account }],
    outbox: { queued: 0, deferred: 0, uncertain: 0, failed: 0, unfiled: 0 },
    index: { messages: 10, indexed: 10, partly: 0, behind: 0 },
    disk: { bytes: 1, free: 100, least: 10 },
    files: { last: null, damaged: [], missing: [] },
    service: null,
    ...more,
  };
}

const HINT = 'Make one on the web. — 请在网页上生成。';
const REFUSED = { kind: 'auth', message: 'IMAP login refused', retry: 'never', hint: HINT };

describe('what needs a person', () => {
  const table: readonly (readonly [what: string, status: Status, found: readonly string[]])[] = [
    ['nothing', status({}), []],
    ['an account not yet synced is no trouble', status({ state: 'never', lastGood: null }), []],
    [
      'a late account',
      status({ state: 'stale', lastGood: '2025-12-30T00:00:00Z' }),
      ['qq had its last good sync 3 days ago'],
    ],
    ['a refused login', status({ state: 'failing', error: REFUSED }), ['qq cannot be synced']],
    [
      'a login that its person must give',
      status({ state: 'login', error: REFUSED }),
      ['qq wants you to sign in'],
    ],
    [
      'a full disk',
      status({}, { disk: { bytes: 1, free: 5, least: 10 } }),
      ['The disk is full: 5 B free, and receiving pauses'],
    ],
    [
      'files that are damaged and missing',
      status({}, { files: { last: null, damaged: ['a'], missing: ['b', 'c'] } }),
      ['1 stored file is damaged', '2 stored files are missing'],
    ],
    [
      'a proof that failed',
      status({
        proof: {
          at: '2026-01-01T00:00:00Z',
          proved: false,
          error: null,
          server: 9,
          missing: 1,
          changed: 0,
          damaged: 0,
        } as never,
      }),
      ['qq is not complete'],
    ],
    [
      'a proof that came to no end is no proof of a lack',
      status({
        proof: {
          at: '2026-01-01T00:00:00Z',
          proved: false,
          error: 'closed',
          server: 0,
          missing: 0,
          changed: 0,
          damaged: 0,
        } as never,
      }),
      [],
    ],
  ];
  for (const [what, given, found] of table)
    it(what, () =>
      assert.deepEqual(
        troublesIn(given, wordsOf('en'), NOW).map(({ what }) => what),
        found,
      ),
    );

  it('names the cure in the language of the reader, and English where there is no other', () => {
    const cure = (language: 'en' | 'zh', hint: string | null): string | null | undefined =>
      troublesIn(status({ state: 'failing', error: { ...REFUSED, hint } }), wordsOf(language), NOW)[0]?.cure;
    assert.equal(cure('en', HINT), 'Make one on the web.');
    assert.equal(cure('zh', HINT), '请在网页上生成。');
    assert.equal(cure('zh', 'English alone.'), 'English alone.');
    assert.equal(cure('en', null), null);
  });
});
