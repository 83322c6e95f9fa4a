// Messages made to hurt whoever reads them: they unpack to more, nest deeper, go round in circles, or lie about what they are.
import { createDeflateRaw } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { shapes } from './bombs-by-shape.ts';
import { odf, onePage, paragraph, pdf, pdfStream, tnef, tnefAttribute, xlsx, zip } from './documents.ts';

/** A message that a reader may fall over, and what must come of it: read whole, or partly with a reason like this. */
export interface Bomb {
  readonly what: string;
  readonly raw: Buffer;
  readonly ends: 'full' | RegExp;
}

const MB = 2 ** 20;

/** All of them, one at a time. */
export async function* bombs(): AsyncGenerator<Bomb> {
  yield* zips();
  yield* xml();
  yield* pdfs();
  yield* others();
  yield* shapes();
}

async function* zips(): AsyncGenerator<Bomb> {
  const inner = zip([{ name: 'zeros', content: Buffer.alloc(10 * MB) }]);
  let nest = inner;
  for (let depth = 0; depth < 4; depth++)
    nest = zip(Array.from({ length: 10 }, (_, at) => ({ name: `${at}.zip`, content: nest })));
  yield { what: 'zips in zips', raw: attached('a.zip', nest), ends: 'full' };
  const quine = zip([{ name: 'a.zip', content: inner }]);
  yield {
    what: 'a zip that seems to hold itself',
    raw: attached('a.zip', Buffer.concat([quine, quine])),
    ends: 'full',
  };
  yield {
    what: 'a Word file of 200 MB',
    raw: attached('a.docx', await zipOf('word/document.xml', '', ' '.repeat(MB), 200)),
    ends: /more text/,
  };
  yield {
    what: 'a Word file of ten million paragraphs',
    raw: attached(
      'a.docx',
      await zipOf('word/document.xml', '<w:body>', paragraph('x').repeat(10_000), 1000),
    ),
    ends: /more text/,
  };
  yield {
    what: 'a Word file of ten million empty paragraphs',
    raw: attached('a.docx', await zipOf('word/document.xml', '<w:body>', '<w:p/>'.repeat(10_000), 1000)),
    ends: 'full',
  };
  yield {
    what: 'sizes that are lies',
    raw: attached(
      'a.docx',
      zip([TYPES, { name: 'word/document.xml', content: paragraph('hello'), claims: 0xfffffffe }]),
    ),
    ends: 'full',
  };
  yield {
    what: '65,535 entries',
    raw: attached('a.zip', zip(Array.from({ length: 65_534 }, (_, at) => ({ name: `${at}`, content: '' })))),
    ends: /more text/,
  };
  yield {
    what: 'half a zip',
    raw: attached('a.zip', zip([{ name: 'x', content: 'y' }]).subarray(0, 60)),
    ends: /damaged/,
  };
  yield {
    what: 'an encrypted Word file',
    raw: attached('a.docx', zip([TYPES, { name: 'word/document.xml', content: 'x', flags: 0x801 }])),
    ends: /encrypted/,
  };
}

const TYPES = { name: '[Content_Types].xml', content: '<Types/>' };

async function* xml(): AsyncGenerator<Bomb> {
  const laughs = Array.from(
    { length: 10 },
    (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
  ).join('');
  const doctype = `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}<!ENTITY own SYSTEM "file:///etc/passwd">]>`;
  const content = `<?xml version="1.0"?>${doctype}<w:document>${paragraph('&l10;&own;')}</w:document>`;
  yield {
    what: 'entities of entities, and of files',
    raw: attached('a.docx', zip([TYPES, { name: 'word/document.xml', content }])),
    ends: 'full',
  };
  yield {
    what: 'elements a million deep',
    raw: attached('a.odt', odf('<text:p>'.repeat(1_000_000))),
    ends: 'full',
  };
  yield {
    what: 'a tag of 20 MB',
    raw: attached('a.xlsx', xlsx([], `<${'x'.repeat(20 * MB)}>`)),
    ends: 'full',
  };
  yield {
    what: 'a million attributes',
    raw: attached('a.xlsx', xlsx([], `<c ${'t="s" '.repeat(1_000_000)}>`)),
    ends: 'full',
  };
}

async function* pdfs(): AsyncGenerator<Bomb> {
  const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>';
  yield {
    what: 'a PDF page of 400 MB',
    raw: attached('a.pdf', onePage(Buffer.alloc(400 * MB, ' '))),
    ends: /memory|damaged/,
  };
  const twice = pdfStream(Buffer.alloc(200 * MB), '/Filter [/FlateDecode /FlateDecode /FlateDecode]', 3);
  const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>';
  const kids = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
  yield {
    what: 'a PDF deflated three times',
    raw: attached('a.pdf', pdf([CATALOGUE, kids, page, twice])),
    ends: /memory/,
  };
  yield {
    what: 'a PDF whose pages are their own parents',
    raw: attached('a.pdf', pdf([CATALOGUE, '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>'])),
    ends: /more text|damaged/,
  };
  const deep = Array.from(
    { length: 100_000 },
    (_, at) => `<< /Type /Pages /Kids [${at + 3} 0 R] /Count 1 /Parent ${at + 1} 0 R >>`,
  );
  yield {
    what: 'a page tree 100,000 deep',
    raw: attached('a.pdf', pdf([CATALOGUE, ...deep, '<< /Type /Page >>'])),
    ends: 'full',
  };
  yield {
    what: 'arrays 100,000 deep',
    raw: attached('a.pdf', onePage(`BT ${'['.repeat(100_000)}(x)${']'.repeat(100_000)} TJ ET`)),
    ends: 'full',
  };
  const form = (self: number, next: number): Buffer =>
    pdfStream(
      `/X Do `.repeat(10),
      `/Filter /FlateDecode /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${next} 0 R /Y ${self} 0 R >> >>`,
    );
  const drawing =
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>';
  const forms = Array.from({ length: 12 }, (_, at) => form(at + 5, at + 6));
  yield {
    what: 'forms that draw forms, ten each, twelve deep',
    raw: attached('a.pdf', pdf([CATALOGUE, kids, drawing, pdfStream('/X Do'), ...forms, form(17, 5)])),
    ends: /./,
  };
  const loop = Buffer.from(
    onePage('BT /F1 9 Tf (x) Tj ET').toString('latin1').replace('trailer\n<< ', 'trailer\n<< /Prev 9 '),
    'latin1',
  );
  yield { what: 'a table of references that goes round', raw: attached('a.pdf', loop), ends: /^/ };
  const locked = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -4 >> /ID [<00><00>]`;
  yield { what: 'an encrypted PDF', raw: attached('a.pdf', onePage('', locked)), ends: /encrypted/ };
  yield {
    what: 'a PDF that is only its first line',
    raw: attached('a.pdf', Buffer.from('%PDF-1.7\n')),
    ends: /damaged/,
  };
  yield {
    what: 'a PDF of three million words',
    raw: attached('a.pdf', onePage('BT /F1 9 Tf 9 TL (hello world) Tj T* ET '.repeat(300_000))),
    ends: /more text|memory/,
  };
}

async function* others(): AsyncGenerator<Bomb> {
  const lies = [0xffffffff, 0x7fffffff, 1_000_000, 3];
  for (const claims of lies)
    yield {
      what: `a winmail.dat that claims ${claims} octets`,
      raw: attached('winmail.dat', tnef(tnefAttribute(1, 0x800c, Buffer.from('hello\0'), claims))),
      ends: /damaged/,
    };
  const properties = Buffer.alloc(MB, 0xff);
  yield {
    what: 'a winmail.dat of four billion properties',
    raw: attached('winmail.dat', tnef(tnefAttribute(1, 0x9003, properties))),
    ends: 'full',
  };
  let nest = tnef();
  for (let depth = 0; depth < 50; depth++)
    nest = tnef(tnefAttribute(2, 0x9002, Buffer.alloc(14)), tnefAttribute(2, 0x800f, nest));
  yield { what: 'winmail.dat in winmail.dat, 50 deep', raw: attached('winmail.dat', nest), ends: /too deep/ };
  yield {
    what: 'a calendar that folds without end',
    raw: attached('a.ics', Buffer.from(`BEGIN:VCALENDAR\r\nSUMMARY:x${'\r\n '.repeat(3 * MB)}`)),
    ends: /more text|memory/,
  };
  yield {
    what: 'a calendar of quotes',
    raw: attached('a.ics', Buffer.from(`BEGIN:VCALENDAR\r\nSUMMARY;${'a="'.repeat(MB)}`)),
    ends: 'full',
  };
  yield {
    what: 'RTF groups a million deep',
    raw: attached('a.rtf', Buffer.from(`{\\rtf1 ${'{'.repeat(1_000_000)}x`)),
    ends: 'full',
  };
  yield {
    what: 'RTF with a binary of two billion octets',
    raw: attached('a.rtf', Buffer.from('{\\rtf1 \\bin2000000000 x}')),
    ends: 'full',
  };
  let forwarded: Buffer = Buffer.from('Subject: innermost\r\n\r\nhello');
  for (let depth = 0; depth < 20; depth++) forwarded = attached('a.eml', forwarded, 'message/rfc822');
  yield { what: 'messages in base64 in messages, 20 deep', raw: forwarded, ends: /too deep/ };
}

/** A message that holds only this attachment. */
export function attached(name: string, octets: Buffer, type: string = 'application/octet-stream'): Buffer {
  const lines = octets.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    `Subject: bomb\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nthe text\r\n--b\r\nContent-Type: ${type}; name="${name}"\r\n` +
      `Content-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n--b--\r\n`,
  );
}

/** A zip whose one entry unpacks to `begin` and then `piece` so many times, made without holding that. */
async function zipOf(name: string, begin: string, piece: string, times: number): Promise<Buffer> {
  function* pieces(): Generator<string> {
    yield begin;
    for (let time = 0; time < times; time++) yield piece;
  }
  const deflated = await buffer(Readable.from(pieces()).pipe(createDeflateRaw({ level: 1 })));
  return zip([TYPES, { name, content: '', deflated }]);
}
