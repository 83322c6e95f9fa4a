// Messages whose very shape is made to hurt: too deep, too many, too long, and such that careless expressions go back and forth.
import type { Bomb } from './bombs.ts';

const MB = 2 ** 20;

/** All of them, one at a time. */
export function* shapes(): Generator<Bomb> {
  yield* structures();
  yield* texts();
}

function* structures(): Generator<Bomb> {
  const nested = (depth: number): string =>
    Array.from(
      { length: depth },
      (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
    ).join('');
  yield {
    what: 'multiparts 1,000 deep',
    raw: Buffer.from(`${nested(1000)}\r\nhello`),
    ends: /too many parts/,
  };
  yield {
    what: 'messages 1,000 deep',
    raw: Buffer.from(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(1000)}Subject: x\r\n\r\nhello`),
    ends: /too many parts/,
  };
  const part = '--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n';
  yield {
    what: '100,000 parts',
    raw: Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(100_000)}`),
    ends: /too many/,
  };
  yield {
    what: '100,000 texts',
    raw: Buffer.from(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}`,
    ),
    ends: /too many parts/,
  };
  yield {
    what: 'a header of 10 MB',
    raw: Buffer.from(`Subject: x\r\nX-Long: ${'y'.repeat(10 * MB)}\r\n\r\nhello`),
    ends: /header/,
  };
  yield {
    what: 'a million header fields',
    raw: Buffer.from(`${'A: b\r\n'.repeat(1_000_000)}\r\nhello`),
    ends: /header/,
  };
  yield {
    what: 'a line of 50 MB',
    raw: Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), Buffer.alloc(50 * MB, 'x')]),
    ends: /more text/,
  };
  yield {
    what: 'an attachment of 50 MB in one line',
    raw: Buffer.concat([
      Buffer.from('Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x'),
      Buffer.alloc(50 * MB, 'A'),
    ]),
    ends: /too large/,
  };
  yield {
    what: '3 MB of boundaries that are none',
    raw: Buffer.from(
      `Content-Type: multipart/mixed; boundary="${'-'.repeat(60)}"\r\n\r\n${`${'-'.repeat(61)}\r\n`.repeat(50_000)}`,
    ),
    ends: /more text/,
  };
}

/** Shapes over which careless expressions go back and forth. */
function* texts(): Generator<Bomb> {
  for (const piece of [
    '<',
    '<p',
    '<p ',
    '<!--',
    '<![CDATA[',
    '<a href="',
    '&',
    '&#',
    '<style>',
    '<script><!--',
    '<meta charset=',
    '</',
    "<img alt='",
    '<table><td>',
    '<!DOCTYPE ',
  ])
    yield {
      what: `HTML of 100,000 "${piece}"`,
      raw: Buffer.from(`Content-Type: text/html\r\n\r\n${piece.repeat(100_000)}`),
      ends: 'full',
    };
  for (const piece of [
    '=?',
    '=?a?b?',
    '=?a?q?',
    '(',
    '"',
    '<',
    ',',
    ';a=',
    ';a*0*=',
    "''%",
    '\\',
    ' \t',
    '\r\n ',
    ':',
    '@',
    '=?utf-8?B?',
  ])
    yield {
      what: `headers of "${piece.trim()}"`,
      raw: Buffer.from(
        ['Subject', 'From', 'To', 'Content-Type', 'Content-Disposition', 'References', 'List-Id', 'Date']
          .map((name) => `${name}: x${piece.repeat(60_000 / piece.length)}\r\n`)
          .join('') + '\r\nhello',
      ),
      ends: /^/,
    };
  for (const piece of ['=', '= ', '=3D', '=\r\n', ' \r\n', '=\r'])
    yield {
      what: `quoted-printable of ${JSON.stringify(piece)}`,
      raw: Buffer.from(
        `Content-Transfer-Encoding: quoted-printable\r\n\r\n${piece.repeat(1_500_000 / piece.length)}`,
      ),
      ends: /^it holds more text|^full$/,
    };
  for (const piece of ['~{', '+', '\x1b$B', '\x0e', '\xff', '\x81'])
    for (const charset of ['hz', 'utf-7', 'iso-2022-kr', 'iso-2022-jp', 'gb18030', 'unknown'])
      yield {
        what: `${charset} of ${JSON.stringify(piece)}`,
        raw: Buffer.from(
          `Content-Type: text/plain; charset=${charset}\r\n\r\n${piece.repeat(1_000_000 / piece.length)}`,
          'latin1',
        ),
        ends: 'full',
      };
}
