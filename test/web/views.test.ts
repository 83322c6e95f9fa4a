import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amount } from '../../src/runtime/amount.ts';
import { fromNow, shortTime } from '../../src/web/times.ts';
import { monthChart } from '../../src/web/views/chart.ts';
import { mailText } from '../../src/web/views/mail-text.ts';
import type { MessageId } from '../../src/model/ids.ts';
import { hitRow } from '../../src/web/views/hit-row.ts';
import { placesBox } from '../../src/web/views/places.ts';
import { ago, marked, until, who } from '../../src/web/views/text.ts';
import type { Look } from '../../src/web/look.ts';
import type { Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import { html } from '../../src/web/markup.ts';
import { wordsOf } from '../../src/web/words.ts';

const english = wordsOf('en');
const chinese = wordsOf('zh');
const text = (content: Parameters<typeof html>[1]): string => html`${content}`.toString();

describe('what was searched for', () => {
  it('is marked in escaped text, whatever the marks count', () => {
    assert.equal(text(marked('a <b> c', [[2, 5]])), 'a <mark>&lt;b&gt;</mark> c');
    assert.equal(text(marked('abc', [[1, 99]])), 'a<mark>bc</mark>');
    assert.equal(text(marked('abc', [[5, 9]])), 'abc');
    assert.equal(
      text(
        marked(
          'cd',
          [
            [1, 3],
            [3, 4],
          ],
          2,
        ),
      ),
      '<mark>c</mark><mark>d</mark>',
    );
  });

  it('stays marked in a name without its address', () => {
    assert.equal(text(who('Anna <anna@example.com>', [[0, 2]])), '<mark>An</mark>na');
    assert.equal(text(who('anna@example.com')), 'anna@example.com');
    assert.equal(text(who('<anna@example.com>')), '&lt;anna@example.com&gt;');
  });

  it('is told with the address where the name pretends to be one, or holds what nobody sees', () => {
    assert.equal(
      text(who('"bank@example.com" <mallory@example.org>')),
      '&quot;bank@example.com&quot; &lt;mallory@example.org&gt;',
    );
    assert.equal(text(who('An\u202ena <anna@example.com>', [[0, 2]])), 'An‹U+202E›na');
  });
});

describe('the text of a message', () => {
  const shown = (mail: string, marks: readonly (readonly [number, number])[] = []): string =>
    mailText(english, mail, marks).toString();

  it('sets quotes back, and folds long ones unless they hold what was searched for', () => {
    const long = 'Hi\n' + Array.from({ length: 12 }, (_, index) => `> line ${index}\n`).join('');
    assert.match(
      shown('Hi\n> yes\nBye'),
      /<div>Hi\n<\/div><blockquote>&gt; yes\n<\/blockquote><div>Bye<\/div>/,
    );
    assert.match(shown(long), /<details class="quote" ?>\n<summary>Quoted text · 12</);
    assert.match(shown(long, [[5, 9]]), /<details class="quote" open>/);
  });

  it('makes links of http and https alone, without the full stop behind them', () => {
    const made = shown('See https://example.org/a?b=1&c=2. Or javascript:alert(1) or (http://x.test/y).');
    assert.match(
      made,
      /href="https:\/\/example\.org\/a\?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow"/,
    );
    assert.match(made, /href="http:\/\/x\.test\/y"/);
    assert.equal(made.match(/<a /g)?.length, 2);
    assert.doesNotMatch(made, /href="javascript/);
  });

  it('ends a link where Chinese goes on, and marks inside of it', () => {
    const made = shown('网址https://example.org/x，请看', [[11, 19]]);
    assert.match(made, />https:\/\/e<mark>xample\.o<\/mark>rg\/x<\/a\s*>，请看/);
  });

  it('lets no tag through', () => {
    assert.doesNotMatch(shown('<img src=x onerror=alert(1)>\n> <script>'), /<img|<script/);
  });
});

describe('numbers and times', () => {
  it('are short, and in the language of the reader', () => {
    assert.equal(amount(1_234_567), '1,234,567');
    const now = Date.UTC(2026, 5, 15, 12);
    assert.equal(fromNow(english, now - 3 * 60_000, now), '3 minutes ago');
    assert.equal(fromNow(chinese, now + 2 * 3_600_000, now), '2小时后');
    assert.equal(fromNow(english, now - 59_000, now), 'now');
    assert.match(shortTime(english, now, now), /^\d\d:\d\d$/);
    assert.equal(shortTime(chinese, Date.UTC(2026, 1, 3, 12), now), '2月3日');
    assert.equal(shortTime(english, Date.UTC(2024, 1, 3, 12), now), '3 Feb 2024');
  });
});

describe('the chart of months', () => {
  const months = [
    { month: '2025-12', messages: 10, bytes: 2048 },
    { month: '2026-01', messages: 0, bytes: 0 },
    { month: '2026-02', messages: 5, bytes: 4096 },
  ];
  it('draws a bar for each month in proportion, and says the same in a table', () => {
    const drawn = monthChart(english, months).toString();
    const heights = [...drawn.matchAll(/<rect[^>]*\bheight="([\d.]+)"/g)].map(([, height]) => Number(height));
    assert.deepEqual(heights, [96, 0, 48, 48, 0, 96]);
    assert.match(drawn, /<title>2026-02: 4\.0 KB<\/title>/);
    assert.match(drawn, />2026<\/text>/);
    assert.match(drawn, /<th scope="row">2025-12<\/th>\s*<td>10<\/td>\s*<td>2\.0 KB<\/td>/);
  });

  it('shows the last five years of a long life', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      month: `${1990 + Math.floor(index / 12)}-0${1 + (index % 9)}`,
      messages: 1,
      bytes: 1,
    }));
    assert.equal(monthChart(chinese, many).toString().match(/<rect/g)?.length, 120);
  });
});

describe('the files of a message in a list', () => {
  const row = (...attachments: readonly string[]): string => {
    const hit = {
      id: '0'.repeat(64) as MessageId,
      date: null,
      from: '',
      to: '',
      subject: '',
      snippet: '',
      size: 1,
    };
    const marks = { from: [], to: [], subject: [], snippet: [] };
    const found = { search: { query: '', sort: 'date', page: 1 }, at: 0 } as const;
    const drawn = hitRow(
      { words: english, now: 0 },
      { ...hit, path: '', partly: null, locations: [], marks, attachments },
      found,
    ).toString();
    return drawn.replace(/\n\s*/g, '');
  };

  it('are one name and how many more there are, or a number where none has a name', () => {
    assert.match(row('a.pdf'), /<bdi>a\.pdf<\/bdi><\/span/);
    assert.match(row('', 'a.pdf', ''), /<bdi>a\.pdf<\/bdi> \+2<\/span/);
    assert.match(row('', '', ''), /<bdi>3<\/bdi><\/span/);
    assert.doesNotMatch(row(), /class="files"/);
  });
});

describe('the state of the outbox', () => {
  it('is told in whole sentences', () => {
    const told = (words: typeof english, count: number): string =>
      words.outbox.counted(count, words.outbox.states.deferred);
    assert.deepEqual(
      [told(english, 1), told(english, 2)],
      ['1 waits for another try', '2 wait for another try'],
    );
    assert.equal(told(chinese, 2), '2 封等待再试');
    assert.equal(chinese.outbox.nextTry('4分钟后', '17:50'), '4分钟后（17:50）再试');
  });
});

const LOOK: Look = {
  words: english,
  theme: 'auto',
  here: '/',
  files: { style: '', script: '', icon: '' },
  now: Date.UTC(2026, 0, 1),
  version: '1',
  csrf: '',
  signedIn: false,
};

describe('a time of now', () => {
  it('has just been, or is now to come', () => {
    const said = (draw: typeof ago, words: typeof english, seconds: number): string =>
      draw({ ...LOOK, words }, new Date(LOOK.now + seconds * 1000).toISOString())
        .toString()
        .replace(/<[^>]+>/g, '')
        .trim();
    assert.equal(said(ago, english, -3), 'just now');
    assert.equal(said(ago, chinese, -3), '刚刚');
    assert.equal(said(ago, english, -180), '3 minutes ago');
    assert.equal(said(until, english, -3), 'now');
    assert.equal(said(until, chinese, 180), '3分钟后');
    assert.equal(chinese.outbox.taken('刚刚'), '刚刚接收');
  });
});

describe('where a message lies', () => {
  const at = (words: typeof english, key: object, folder = 'INBOX'): string => {
    const place = { account: 'qq', folder, flags: [], gone: null, validity: 1 as UidValidity, ...key };
    const hit = { id: '0'.repeat(64) as MessageId, locations: [place] };
    const message = { hit, file: '/f', messageId: null } as unknown as Parameters<typeof placesBox>[1];
    const drawn = placesBox({ ...LOOK, words }, message).toString();
    return (/<li>([^]*)<\/li>/.exec(drawn)?.[1] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  };

  it('is said to be at the server where it came from there alone', () => {
    assert.equal(at(english, { uid: 7 as Uid }), 'qq / INBOX there · UID 7');
    assert.equal(at(english, { uidl: 'x7' as Uidl }), 'qq / INBOX there · UIDL x7');
    assert.equal(at(english, { uidl: ` import-${'0'.repeat(64)}` as Uidl }), 'qq / INBOX imported');
    assert.equal(at(chinese, { uidl: ` import-${'0'.repeat(64)}` as Uidl }), 'qq / INBOX 导入的');
    assert.equal(at(english, { uidl: '0a1b' as Uidl }, 'Outbox'), 'qq / Outbox from the outbox here');
    assert.equal(at(english, { uid: 3 as Uid }, 'Outbox'), 'qq / Outbox there · UID 3');
  });
});
