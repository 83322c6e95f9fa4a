import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ownerIn } from '../../src/web/connection-owner.ts';
import { openedPage } from './opened-page.ts';

const run = promisify(execFile);

/** Rows as Linux prints them: the peer of user 1000, our side of it of user 998, and what is no open connection of anybody. */
const TABLE = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:1F59 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 4001 1 0 100 0 0 10 0',
  '   1: 0100007F:1F59 0100007F:C001 01 00000000:00000000 00:00000000 00000000   998        0 4002 1 0 20 4 30 10 -1',
  '   2: 0100007F:C001 0100007F:1F59 01 00000000:00000000 02:00000E4A 00000000  1000        0 4003 2 0 20 4 30 10 -1',
  '   3: 0100007F:C002 0100007F:1F59 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 0 10 -1',
  '   4: 0100007F:C003 0100007F:1F59 06 00000000:00000000 03:00001234 00000000     0        0 0 3 0',
  '   5: 0100007F:C004 0100007F:1F59 01 00000000:00000000 00:00000000 00000000 65534        0 4005 1 0 20 4 0 10 -1',
  '   6: 0200007F:C005 0100007F:1F59 01 00000000:00000000 00:00000000 00000000     0        0 4006 1 0 20 4 0 10 -1',
  '   7: 00000000000000000000000001000000:C006 00000000000000000000000001000000:1F59 01 00000000:00000000 00:00000000 00000000  1001        0 4007 1 0 20 4 0 10 -1',
  '   8: 0000000000000000FFFF00000100007F:C007 0000000000000000FFFF00000100007F:1F59 08 00000000:00000000 00:00000000 00000000  1002        0 4008 1 0 20 4 0 10 -1',
  '',
].join('\n');

describe('who holds the other end of a connection', () => {
  const cases: readonly (readonly [address: string, port: number, own: string, user: number | undefined])[] =
    [
      ['127.0.0.1', 0xc001, '127.0.0.1', 1000],
      ['::ffff:127.0.0.1', 0xc001, '::ffff:127.0.0.1', 1000],
      ['127.0.0.1', 0xc002, '127.0.0.1', undefined],
      ['127.0.0.1', 0xc003, '127.0.0.1', undefined],
      ['127.0.0.1', 0xc004, '127.0.0.1', undefined],
      ['127.0.0.2', 0xc005, '127.0.0.1', 0],
      ['127.0.0.1', 0xc005, '127.0.0.1', undefined],
      ['::1', 0xc006, '::1', 1001],
      ['127.0.0.1', 0xc007, '127.0.0.1', 1002],
      ['127.0.0.1', 0xc001, '127.0.0.2', undefined],
      ['fe80::1', 0xc001, '::1', undefined],
      ['', 0, '', undefined],
    ];
  for (const [address, port, own, user] of cases)
    it(`is ${user ?? 'nobody known'} for ${address} ${port} to ${own}`, () => {
      assert.equal(ownerIn(TABLE, { address, port }, { address: own, port: 8025 }), user);
    });

  it('is never told by our own side of it', () => {
    const ours = TABLE.split('\n')
      .filter((row) => !row.includes('  1000 '))
      .join('\n');
    assert.equal(
      ownerIn(ours, { address: '127.0.0.1', port: 0xc001 }, { address: '127.0.0.1', port: 8025 }),
      undefined,
    );
  });
});

const isRoot = process.getuid?.() === 0;

describe('a page without password', { skip: !isRoot && 'only root can become another user' }, async () => {
  if (!isRoot) return;
  const page = await openedPage({ after });
  const ask = async (user: number, path: string): Promise<string> => {
    const program = `const a = await fetch(${JSON.stringify(page.url + path)}); console.log(a.status, await a.text())`;
    // Not inside a directory that the other user may not enter.
    const as = { uid: user, gid: user, cwd: '/', timeout: 60_000 };
    return (await run(process.execPath, ['--input-type=module', '--eval', program], as)).stdout;
  };

  it('shows another user of this machine nothing but the cure', async () => {
    const id = page.ids.get('invoice-pdf') ?? '';
    for (const path of [
      '',
      '?q=invoice',
      'status',
      'events',
      `message/${id}`,
      `message/${id}/source`,
      'login',
      'nowhere',
    ]) {
      const text = await ask(12_345, path);
      assert.match(text, /^403 /, path);
      assert.match(text, /web: \{ listen: .* password: /, path);
      assert.doesNotMatch(text, /csrf|invoice\b.*<\/a>|qq/i, path);
    }
    assert.match(await ask(12_345, new URL('/static/page.css', page.url).pathname.slice(1)), /^200 /);
  });
});
