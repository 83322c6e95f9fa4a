// What XOAUTH2 and OAUTHBEARER share: one message with the token, and a challenge that is the server's no, in JSON.
import { clip, decodeText } from '../text.ts';

/** The error of a refused token (RFC 7628 §3.2.2): `status invalid_token, scope mail`; where it is no JSON, as it is. */
export function readError(challenge: Buffer): string {
  const said = decodeText(challenge);
  try {
    const parsed: unknown = JSON.parse(said);
    if (typeof parsed !== 'object' || parsed === null) return clip(said, 200);
    const facts = Object.entries(parsed)
      .filter(([name, value]) => /^(status|scope|error\w*)$/.test(name) && typeof value === 'string')
      .map(([name, value]) => `${name} ${clip(decodeText(Buffer.from(String(value))), 100)}`); // JSON has escapes of its own
    return facts.length === 0 ? clip(said, 200) : clip(facts.join(', '), 200);
  } catch {
    return clip(said, 200);
  }
}
