import assert from 'node:assert/strict';
import { describe, it, after } from 'node:test';
import { attachment, multipart, text } from '../messages/compose.ts';
import { sample, TOM, WANG } from '../messages/sample.ts';
import { samples } from '../messages/samples.ts';
import { openedPage } from './opened-page.ts';

/** Its attachment is no PDF. */
const BROKEN = sample(
  'broken',
  {
    from: TOM,
    to: [WANG],
    subject: 'broken',
    date: '2020-01-01T00:00:00Z',
    body: multipart('mixed', 'a', [
      text('see'),
      attachment('发票.pdf', 'application/pdf', Buffer.from('%PDF-1.7 no')),
    ]),
  },
  { phrase: 'see' },
);

describe('the page', async () => {
  const page = await openedPage({ after }, { mail: [...samples(), BROKEN] });

  it('lists the newest messages, and finds by a query', async () => {
    const all = await page.get('/');
    assert.equal(all.status, 200);
    assert.match(await all.text(), /64 messages/);
    const found = await page.get('/?q=%E5%8F%91%E7%A5%A8');
    assert.match(await found.text(), /<mark>发票<\/mark>/);
  });

  it('leads from beyond the last page to it: a list may have become shorter', async () => {
    const led = async (path: string): Promise<string | null> => {
      const answer = await page.get(path);
      return answer.status === 303 ? answer.headers.get('location') : null;
    };
    assert.equal(await led('/?page=3'), '/?page=2');
    assert.equal(await led('/?page=999999999'), '/?page=2');
    assert.equal(await led('/?page=2'), null);
    assert.equal(await led('/?q=invoice&sort=relevance&page=7'), '/?q=invoice&sort=relevance');
    assert.equal(await led('/?q=nowhereatall&page=2'), '/?q=nowhereatall');
    assert.equal(await led('/?q=nowhereatall'), null);
  });

  it('shows a message, and says so where there is none', async () => {
    const id = page.ids.get('invoice-gb18030');
    const message = await page.get(`/message/${id}`);
    assert.equal(message.status, 200);
    assert.match(await message.text(), /<h1 id="subject">/);
    assert.equal((await page.get('/message/0123456789abcdef')).status, 404);
    assert.equal((await page.get('/nowhere')).status, 404);
  });

  it('tells the flags of a message in the language of the reader', async () => {
    const path = `/message/${page.ids.get('invoice-question')}`;
    const tags = async (language: string): Promise<string[]> => {
      const text = await (await page.get(path, { 'accept-language': language })).text();
      return [...text.matchAll(/<span class="tag">([^<]*)</g)].map(([, tag = '']) => tag);
    };
    assert.deepEqual([await tags('en'), await tags('zh')], [['flagged'], ['星标']]);
  });

  it('tells why not all of a message could be read, in the language of the reader', async () => {
    const path = `/message/${page.ids.get('broken')}`;
    const note = async (language: string): Promise<string | undefined> => {
      const text = await (await page.get(path, { 'accept-language': language })).text();
      return /<p class="note warn">(.*?)<\/p>/s
        .exec(text)?.[1]
        ?.replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .trim();
    };
    assert.equal(
      await note('en'),
      'Not all of this message could be read for the search: the text of an attachment is not all here: it is damaged, or not what it claims to be (发票.pdf). The stored file is whole: the download has every byte.',
    );
    assert.equal(
      await note('zh'),
      '搜索没能读到这封邮件的全部内容： 有附件的文字不全：已损坏，或者与它声称的类型不符（发票.pdf）。 存下的文件是完整的，下载可得到每一个字节。',
    );
  });

  it('speaks the language of the browser, or the one that was chosen', async () => {
    assert.match(await (await page.get('/')).text(), /<html lang="en" /);
    const chinese = await page.get('/', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
    assert.match(await chinese.text(), /<html lang="zh-CN" /);
    const chosen = await page.post('/preferences', { language: 'zh', back: '//elsewhere.example/' });
    assert.equal(chosen.headers.get('location'), '/');
    const cookie = chosen.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    assert.match(await (await page.get('/', { cookie })).text(), /<html lang="zh-CN" /);
  });

  it('serves style and script under names that change with their contents', async () => {
    const [, style = ''] =
      /href="(\/static\/page\.css\?v=[0-9a-f]{12})"/.exec(await (await page.get('/')).text()) ?? [];
    const sheet = await page.get(style);
    assert.match(sheet.headers.get('content-type') ?? '', /^text\/css/);
    assert.match(sheet.headers.get('cache-control') ?? '', /immutable/);
    assert.equal((await page.get('/static/app.ts')).status, 404);
  });
});
