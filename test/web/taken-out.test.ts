import assert from 'node:assert/strict';
import { describe, it, after } from 'node:test';
import { attachmentDisposition, fileName } from '../../src/web/disposition.ts';
import { sampleNamed } from '../messages/samples.ts';
import { openedPage } from './opened-page.ts';

describe('the name under which an attachment is saved', () => {
  const names: readonly (readonly [string, string])[] = [
    ['report.pdf', 'report.pdf'],
    ['发票 2024.pdf', '发票 2024.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\win.ini', 'C__Windows_win.ini'],
    ['a\r\nSet-Cookie: x=y', 'a__Set-Cookie_ x=y'],
    ['"><script>.html', '___script_.html'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u200bb\u00adc\ufeff.txt', 'abc.txt'],
    ['.bashrc', 'bashrc'],
    ['name. . .', 'name'],
    ['CON.txt', '_CON.txt'],
    ['\ud800x', '_x'],
    ['..', ''],
    ['', ''],
  ];
  for (const [name, expected] of names)
    it(`is one name in one folder: ${JSON.stringify(name)}`, () => assert.equal(fileName(name), expected));

  it('ends as it did, however long it was', () => {
    const name = fileName(`${'票'.repeat(300)}.pdf`);
    assert.ok(Buffer.byteLength(name) <= 200);
    assert.match(name, /^票+\.pdf$/);
  });

  it('is one header of one line, in ASCII and in UTF-8', () => {
    assert.equal(
      attachmentDisposition('发票 "1"%.pdf', 'x'),
      `attachment; filename="__ _1__.pdf"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%20_1_%25.pdf`,
    );
    for (const [name] of names)
      assert.match(
        attachmentDisposition(name, 'attachment-1'),
        /^attachment; filename="[^"\\%\r\n]+"; filename\*=UTF-8''[\w.%~-]+$/,
      );
  });
});

describe('what is taken out of the archive', async () => {
  const page = await openedPage({ after });
  const idOf = (name: string): string => page.ids.get(name) ?? '';

  it('is saved by a browser, never shown', async () => {
    const name = 'invoice-pdf';
    const answer = await page.get(`/message/${idOf(name)}/attachment/1`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; /);
    assert.match(answer.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    for (const wrong of ['0', '99', '-1', '1e3', '1x', '01'])
      assert.equal((await page.get(`/message/${idOf(name)}/attachment/${wrong}`)).status, 404, wrong);
  });

  it('is the message to the octet, as a file and as text', async () => {
    const { name, bytes } = sampleNamed('invoice-gb18030');
    const file = await page.get(`/message/${idOf(name)}/download`);
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), bytes);
    assert.equal(file.headers.get('content-disposition')?.slice(0, 21), 'attachment; filename=');
    const source = await page.get(`/message/${idOf(name)}/source`);
    assert.equal(source.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.match(source.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.deepEqual(Buffer.from(await source.arrayBuffer()), bytes);
  });

  it('answers HEAD without a body, and a range with the whole', async () => {
    const { name, bytes } = sampleNamed('invoice-gb18030');
    const head = await fetch(`${page.url}message/${idOf(name)}/download`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), String(bytes.length));
    assert.equal(await head.text(), '');
    const part = await page.get(`/message/${idOf(name)}/download`, { range: 'bytes=0-9' });
    assert.equal(part.status, 200);
    assert.equal((await part.arrayBuffer()).byteLength, bytes.length);
  });

  it('is not there for an id that is none, whatever the address tries', async () => {
    const paths = [
      '../../etc/passwd',
      '..%2f..%2fetc%2fpasswd',
      'abcdef0123',
      '%00',
      `${'a'.repeat(63)}G`,
      `${'0'.repeat(64)}/..`,
    ];
    for (const path of paths)
      for (const what of ['body', 'source', 'download', 'attachment/1'])
        assert.equal((await page.get(`/message/${path}/${what}`)).status, 404, `${path} ${what}`);
  });
});
