// Any text as one parameter of a command (RFC 3461 §4): what could end the parameter is written as +XX.

/** `text` as xtext; characters beyond ASCII as their octets in UTF-8. */
export function xtext(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^!-*,-<>-~]/g, (sign) => `+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
