// What the SMTP tests share: a safe connection, and extensions as EHLO would give them.
import type { Safety } from '../../../src/protocol/smtp/auth.ts';
import type { Extensions } from '../../../src/protocol/smtp/ehlo.ts';

export const host = 'smtp.example';

/** TLS is up. */
export const TLS: Safety = { secure: true, loopback: false };

/** Keywords with their parameters; `AUTH` gives the mechanisms. */
export function offers(keywords: Readonly<Record<string, string>>): Extensions {
  const size = keywords['SIZE'];
  return {
    esmtp: true,
    keywords: new Map(Object.entries(keywords)),
    auth: new Set(keywords['AUTH']?.split(' ') ?? []),
    size: size === undefined ? null : Number(size),
  };
}
