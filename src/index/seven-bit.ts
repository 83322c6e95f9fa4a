// PURE: the charsets that hide their characters in seven bits and that TextDecoder does not know: HZ, ISO-2022-KR and
// UTF-7. Each is turned into a plain multi-byte text, piece by piece.

const SHIFTED: ReadonlySet<string> = new Set(['hz', 'iso-2022-kr', 'utf-7']);

/** True for a label that decodeShifted() takes. */
export function isShifted(label: string): boolean {
  return SHIFTED.has(label);
}

/** Decodes an ASCII text of shifted pieces; `decodeAs` decodes a piece that has become plain. */
export function decodeShifted(
  bytes: Buffer,
  label: string,
  decodeAs: (bytes: Buffer, label: string) => string,
): string {
  const text = bytes.toString('latin1');
  switch (label) {
    case 'hz':
      // ~{ … ~} holds GB2312 without its high bits, ~~ is a tilde.
      return text
        .replace(/~\{([^~\n]*)(?:~\}|$|(?=\n))/g, (_, piece: string) => decodeAs(raised(piece), 'gb18030'))
        .replaceAll('~~', '~');
    case 'iso-2022-kr':
      // SO … SI holds KS C 5601 without its high bits.
      return text
        .replace(/\x0e([^\x0f\n]*)\x0f?/g, (_, piece: string) => decodeAs(raised(piece), 'euc-kr'))
        .replaceAll('\x1b$)C', '');
    default:
      // + … - holds UTF-16 in base64, +- is a plus.
      return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, piece: string) =>
        piece === ''
          ? '+'
          : Buffer.from(piece, 'base64').subarray(0, evenLength(piece)).swap16().toString('utf16le'),
      );
  }
}

function raised(piece: string): Buffer {
  return Buffer.from(piece, 'latin1').map((byte) => (byte > 0x20 ? byte | 0x80 : byte)) as Buffer;
}

function evenLength(piece: string): number {
  return Math.floor((piece.length * 3) / 8) * 2;
}
