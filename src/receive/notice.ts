// PURE: Exchange sends a notice in place of a message that it cannot make over for IMAP or POP3 (I-056). It is not the
// message, and whoever keeps it as such never asks for the message again.

/** True for the header of such a notice: its one subject, and Exchange itself without an address. */
export function isNotice(head: Buffer): boolean {
  if (!head.includes('protocol failed for the following message')) return false; // most messages are looked at no further
  const text = head.toString('latin1');
  const [, from = ''] = /^From:[ \t]*(.*)$/im.exec(text) ?? [];
  return (
    /^Subject:[ \t]*Retrieval using the (?:IMAP4|POP3) protocol failed for the following message/im.test(
      text,
    ) &&
    /^"?Microsoft Exchange Server"?[ \t]*(?:<[^@>]*>|<[^>]*MISSING-HOST-NAME[^>]*>)?[ \t\r]*$/i.test(from)
  );
}
