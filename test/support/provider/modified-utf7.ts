// Folder names as IMAP sends them (RFC 3501 §5.1.3). Written apart from the product's own, so that the two check each other.

/** `客户往来` → `&W6JiN1+AZ2U-`. */
export function encodeModifiedUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** `&W6JiN1+AZ2U-` → `客户往来`. */
export function decodeModifiedUtf7(wire: string): string {
  return wire.replace(/&([^-]*)-/g, (_, run: string) =>
    run === '' ? '&' : Buffer.from(run.replaceAll(',', '/'), 'base64').swap16().toString('utf16le'),
  );
}
