// What the SMTP tests share: extensions as EHLO would give them, and a transaction that is opened.
import type { Dialogue } from '../../../src/protocol/dialogue.ts';
import type { Extensions } from '../../../src/protocol/smtp/ehlo.ts';
import type { MailOptions } from '../../../src/protocol/smtp/mail.ts';
import { openTransaction } from '../../../src/protocol/smtp/transaction.ts';
import type { Opened, Opening } from '../../../src/protocol/smtp/transaction.ts';

export const host = 'smtp.example';

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

/** Opens a transaction, without reports; on a fresh connection and followed by DATA where nothing else is said. */
export function open(
  from: string,
  recipients: readonly string[],
  extensions: Extensions,
  options: MailOptions = {},
  opening: Partial<Opening> = {},
): Dialogue<Opened> {
  const envelope = { from, recipients, options, notify: [] };
  return openTransaction(host, envelope, extensions, {
    reset: false,
    data: true,
    stuck: () => undefined,
    ...opening,
  });
}

/** The codes of the recipients' replies; the words where an address could not be said. */
export function codes({ recipients }: Opened): (number | string)[] {
  return recipients.map(({ answer }) => (typeof answer === 'string' ? answer : answer.code));
}
