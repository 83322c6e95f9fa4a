import assert from 'node:assert/strict';
import { describe, it, after } from 'node:test';
import { openedPage } from './opened-page.ts';

describe('the page', async () => {
  const page = await openedPage({ after });

  it('lists the newest messages, and finds by a query', async () => {
    const all = await page.get('/');
    assert.equal(all.status, 200);
    assert.match(await all.text(), /63 messages/);
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
