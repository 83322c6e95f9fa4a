// What becomes of a message that SMTP has taken: into the INBOX of each local recipient, and into the book.
import type { House, Submission } from './house.ts';
import { deliver } from './house.ts';

/** The reply that refuses a recipient: an unknown one of a domain that we serve. Undefined: welcome. */
export function knows(house: House, address: string): string | undefined {
  const domain = domainOf(address);
  const ours = [...house.users.keys()].some((user) => domainOf(user) === domain);
  return ours && !house.users.has(address.toLowerCase()) ? '550 5.1.1 No such user here' : undefined;
}

/** Takes the message over: from here on it is delivered, whatever the client hears. Its number, from 1. */
export function accept(house: House, parts: Omit<Submission, 'messageId'>): number {
  house.submissions.push({ ...parts, messageId: messageIdOf(parts.bytes) });
  for (const to of new Set(parts.recipients.map((address) => address.toLowerCase()))) {
    if (house.users.has(to)) deliver(house, to, 'INBOX', parts.bytes);
  }
  if (house.filesSent) deliver(house, parts.user, 'Sent', parts.bytes, { flags: ['\\Seen'] });
  return house.submissions.length;
}

/** The Message-ID of a raw message, with its angle brackets, or null. */
export function messageIdOf(bytes: Buffer): string | null {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end).replace(/\r\n[ \t]+/g, ' ');
  return /^message-id:\s*(<[^>]*>)/im.exec(head)?.[1] ?? null;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
