// Folder names as IMAP sends them: modified UTF-7 (RFC 3501 §5.1.3). Names are decoded for people only; what goes back to
// the server is always what came from it, because some encode wrongly (I-091).

/** A readable name for the octets of `wire` (latin1). Runs that decode to nothing sensible stay as they are (I-146). */
export function decodeModifiedUtf7(wire: string): string {
  return wire.replace(/&([A-Za-z0-9+,/]*)-?/g, (run, base64: string) => {
    if (base64 === '') return run === '&-' ? '&' : run;
    return decodeRun(base64) ?? run;
  });
}

/** `客户往来` → `&W6JiN1+AZ2U-`. */
export function encodeModifiedUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const base64 = Buffer.from(run, 'utf16le').swap16().toString('base64');
    return `&${base64.replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

function decodeRun(base64: string): string | undefined {
  const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  if (bytes.length < 2 || bytes.length % 2 !== 0) return undefined;
  const text = bytes.swap16().toString('utf16le');
  return /[\ud800-\udfff]/u.test(text) ? undefined : text; // a lone surrogate is no text
}
