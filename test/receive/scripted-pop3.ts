// A POP3 server by a script's answers, for polls of servers whose listings and messages are whatever a test wants.
import type { Peer } from '../support/peer.ts';
import { textOf } from './scripted-imap.ts';

/** What a maildrop tells in one session. */
export interface Maildrop {
  /** The lines of LIST. */
  readonly sizes: readonly string[];
  /** Messages by STAT; default: as many as LIST has lines. */
  readonly counts?: number;
  /** The lines of UIDL; default: a name for each line of LIST. */
  readonly names?: readonly string[];
  /** What comes for a RETR, the dot and all; default: the message of that number. */
  readonly retr?: (number: number) => string;
  /** It hangs up behind each message. */
  readonly hangsUp?: boolean;
}

/** Plays one connection. */
export async function pop3(
  peer: Peer,
  { sizes, counts, names, retr = retrieved, hangsUp }: Maildrop,
): Promise<void> {
  await peer.lines('+OK ready');
  for (;;) {
    const [, verb = '', argument] = await peer.expect(/^(\S+)(?: (.*))?$/);
    if (verb === 'QUIT') {
      await peer.lines('+OK bye');
      return peer.hangUp();
    }
    if (verb === 'STAT') await peer.lines(`+OK ${counts ?? sizes.length} 0`);
    else if (verb === 'LIST') await peer.lines('+OK', ...sizes, '.');
    else if (verb === 'UIDL')
      await peer.lines('+OK', ...(names ?? sizes.map((_, at) => `${at + 1} name${at}`)), '.');
    else if (verb === 'RETR') {
      await peer.send(retr(Number(argument)));
      if (hangsUp === true) peer.hangUp();
    } else await peer.lines(/^(?:USER|PASS|NOOP)$/.test(verb) ? '+OK' : '-ERR unknown command');
  }
}

/** The message of that number, as a server sends it. */
export function retrieved(number: number): string {
  return `+OK\r\n${textOf(number)}.\r\n`;
}
