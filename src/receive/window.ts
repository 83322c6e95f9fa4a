// PURE: does a folder show all that it holds? Some servers show the mail of so many days, or so many messages: what slides
// out of such a window is not gone.
import { mayBeLimited } from './all-mail.ts';

/** I-080: Yahoo shows so many messages of a folder. */
const YAHOO_SHOWS = 10_000;

/** True for a folder of `exists` messages at a server that offers these, where it may hold more than it shows. */
export function mayShowPart(exists: number, offered: ReadonlySet<string>, byDays: boolean): boolean {
  if (byDays) return true; // I-015
  if (offered.has('X-GM-EXT-1')) return mayBeLimited(exists); // I-038
  const tells = [...offered].some((word) => word.startsWith('MESSAGELIMIT') || word === 'UIDONLY');
  return tells && exists >= YAHOO_SHOWS;
}
