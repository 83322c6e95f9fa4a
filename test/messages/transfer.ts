// Octets into what may stand in a message: transfer encodings (RFC 2045 §6), encoded words (RFC 2047), and the two ways
// to name a file (RFC 2231, and the wrong one that everybody uses). All results are latin1 text, one character an octet.
import type { Charset } from './charset.ts';
import { encodeText } from './charset.ts';

/** Base64 in lines of 76, each with CRLF. */
export function base64Lines(octets: Buffer): string {
  return (octets.toString('base64').match(/.{1,76}/g) ?? []).map((line) => `${line}\r\n`).join('');
}

/** Quoted-printable of text whose lines end in CRLF; no line over 76. */
export function quotedPrintable(octets: Buffer): string {
  return octets
    .toString('latin1')
    .split('\r\n')
    .map((line) => {
      const units = Array.from(line).map((unit, at) => {
        const code = unit.charCodeAt(0);
        const plain =
          code >= 0x20 && code < 0x7f && unit !== '=' && !(unit === ' ' && at === line.length - 1);
        return plain ? unit : `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
      });
      let column = 0;
      return units
        .map((unit) => {
          const breaks = column + unit.length > 75;
          column = breaks ? unit.length : column + unit.length;
          return breaks ? `=\r\n${unit}` : unit;
        })
        .join('');
    })
    .join('\r\n');
}

/** Encoded words of at most 75 characters, never split inside a character, joined by folding. ASCII stays as it is. */
export function words(text: string, charset: Charset = 'utf-8', mode: 'B' | 'Q' = 'B'): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const parts: string[] = [];
  let part = '';
  for (const character of text) {
    if (encodeText(part + character, charset).length > (mode === 'B' ? 42 : 18)) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  parts.push(part);
  return parts.map((piece) => word(encodeText(piece, charset), charset, mode)).join('\r\n ');
}

/** Encoded words of `step` octets each, which splits characters in two, as careless senders do (RFC 2047 §5 forbids it). */
export function carelessWords(text: string, charset: Charset, step: number): string {
  const octets = encodeText(text, charset);
  const pieces: string[] = [];
  for (let at = 0; at < octets.length; at += step)
    pieces.push(word(octets.subarray(at, at + step), charset, 'B'));
  return pieces.join('\r\n ');
}

function word(octets: Buffer, charset: Charset, mode: 'B' | 'Q'): string {
  if (mode === 'B') return `=?${charset}?B?${octets.toString('base64')}?=`;
  const quoted = octets
    .toString('latin1')
    .replace(
      /[^A-Za-z0-9 ]/g,
      (unit) => `=${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
  return `=?${charset}?Q?${quoted.replaceAll(' ', '_')}?=`;
}

/** `filename*=utf-8''%E5…`, or with `pieces` in several parts `filename*0*=…; filename*1*=…` (RFC 2231 §3, §4). */
export function parameter(
  name: string,
  text: string,
  charset: Charset = 'utf-8',
  pieces: number = 1,
): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `${name}="${text}"`;
  const units = Array.from(encodeText(text, charset).toString('latin1')).map((unit) =>
    /[A-Za-z0-9.-]/.test(unit) ? unit : `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  if (pieces === 1) return `${name}*=${charset}''${units.join('')}`;
  const size = Math.ceil(units.length / pieces);
  return Array.from({ length: pieces }, (_, nth) => {
    const piece = units.slice(nth * size, (nth + 1) * size).join('');
    return `${name}*${nth}*=${nth === 0 ? `${charset}''` : ''}${piece}`;
  }).join(';\r\n ');
}
