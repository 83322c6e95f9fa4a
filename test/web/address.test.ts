import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listUrl, messageUrl, readSearch } from '../../src/web/address.ts';

const read = (url: string): ReturnType<typeof readSearch> => {
  const { searchParams } = new URL(url, 'http://page.test');
  return readSearch((name) => searchParams.get(name) ?? undefined);
};

describe('the URL is the search', () => {
  const kept = [
    { query: '', sort: 'date', page: 1 },
    { query: '发票 OR "a & b" +c', sort: 'relevance', page: 1 },
    { query: 'a=b#c?d', sort: 'date', page: 17 },
  ] as const;
  for (const search of kept)
    it(`keeps ${JSON.stringify(search)}`, () => assert.deepEqual(read(listUrl(search)), search));

  const nonsense = ['/?page=0', '/?page=-1', '/?page=1e9', '/?page=x', '/?sort=sideways', '/?page=', '/?q='];
  for (const url of nonsense)
    it(`takes ${url} for the usual`, () => assert.deepEqual(read(url), { query: '', sort: 'date', page: 1 }));

  it('is short where all is usual', () => {
    assert.equal(listUrl({ query: '', sort: 'date', page: 1 }), '/');
    assert.equal(messageUrl('ab'), '/message/ab');
    const search = { query: 'x y', sort: 'relevance', page: 3 } as const;
    assert.equal(messageUrl('ab', { search, at: 101 }), '/message/ab?q=x+y&sort=relevance&at=101');
  });

  it('keeps a long query whole: the rest of it is part of what is asked', () => {
    assert.equal(read(`/?q=${'x'.repeat(8000)}`).query.length, 8000);
  });
});
