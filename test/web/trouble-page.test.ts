// What the page says when something is in the way: with which status, and what cures it, in the language of the reader.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError, type MailErrorParts } from '../../src/model/error.ts';
import { NO_SUCH_HOST } from '../../src/net/cures.ts';
import { REASONS } from '../../src/outbox/actions.ts';
import type { Look } from '../../src/web/look.ts';
import { troublePage } from '../../src/web/trouble-page.ts';
import { wordsOf } from '../../src/web/words.ts';

const look = (language: 'en' | 'zh'): Look => ({
  words: wordsOf(language),
  theme: 'auto',
  here: '/',
  files: { style: '/style', script: '/script', icon: '/icon' },
  now: 0,
  version: '1',
  csrf: '',
  signedIn: false,
});

const said = (thrown: unknown, language: 'en' | 'zh'): string =>
  troublePage(look(language), thrown)
    .page.toString()
    .replace(/^[^]*<main[^>]*>|<\/main>[^]*$/g, '');

const AWAY: MailErrorParts = {
  kind: 'storage',
  message: 'mail is stored, and its index /d/index.db is missing',
  retry: 'later',
  hint: 'Restart the service where it runs; else `mailkeep reindex` or the next `mailkeep sync` makes it anew. Nothing is lost.',
};
const UNKNOWN_HOST: MailErrorParts = {
  kind: 'connect',
  message: 'no address found for imap.example.org',
  retry: 'later',
  hint: NO_SUCH_HOST.en,
};

describe('a page about trouble', () => {
  for (const [what, thrown, status, title, text] of [
    [
      'an index that is not there',
      new MailError(AWAY),
      503,
      '邮件库还没有准备好',
      /邮件都在，但索引 \/d\/index\.db 不见了/,
    ],
    [
      'a damaged one',
      new MailError({ ...AWAY, retry: 'never' }),
      500,
      '邮件库无法读取',
      /会重建索引，什么都不会丢/,
    ],
    [
      'a search that takes too long',
      new MailError({ kind: 'timeout', message: 'the index gave no answer in time', retry: 'later' }),
      503,
      '没有成功',
      /索引没有及时给出答复/,
    ],
    [
      'a letter that is not there',
      new MailError({ kind: 'usage', message: `abc ${REASONS.unknown.en}`, retry: 'never', code: 'unknown' }),
      404,
      '这里什么也没有',
      new RegExp(`abc ${REASONS.unknown.zh}`),
    ],
    [
      'a button that came too late',
      new MailError({ kind: 'usage', message: `a.eml ${REASONS.dot.en}`, retry: 'never', code: 'dot' }),
      400,
      '没有成功',
      new RegExp(`a\\.eml ${REASONS.dot.zh}`),
    ],
    ['a host abroad', new MailError(UNKNOWN_HOST), 409, '没有成功', new RegExp(NO_SUCH_HOST.zh)],
    ['a mistake of ours', new Error('secret'), 500, '没有成功', /mailkeep 自身出错/],
  ] as const)
    // prettier-ignore
    it(`tells of ${what} in the language of the reader`, () => {
      assert.equal(troublePage(look('zh'), thrown).status, status);
      const chinese = said(thrown, 'zh').replace(/<[^>]+>/g, '');
      assert.match(chinese, text);
      assert.ok(chinese.includes(title), chinese);
      // Names of commands, files and hosts are not words.
      assert.doesNotMatch(chinese.replace(/`[^`]*`|mailkeep \w+|\S*[./]\S*/g, ''), /\b[a-z]{3,} [a-z]{2,}\b/);
      assert.doesNotMatch(said(thrown, 'en'), /\p{Script=Han}/u);
      assert.doesNotMatch(said(thrown, 'en'), /secret/);
    });
});
