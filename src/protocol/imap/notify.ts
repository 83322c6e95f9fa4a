// NOTIFY (RFC 5465): the server tells of all folders, and not only of the open one. Where it refuses, IDLE alone has to do.
import type { Dialogue } from '../dialogue.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/**
 * Asks to be told of new, removed and changed messages in all the person's own folders, and of new and removed folders.
 * True where the server will: in IDLE it then tells `folder` and `folders` too. False where it does not offer NOTIFY, or
 * refuses. Throws MailError as `exchange` does.
 */
export function* notify(host: string, tags: Tags, capabilities: Capabilities): Dialogue<boolean> {
  if (!capabilities.has('NOTIFY')) return false;
  for (const events of EVENTS) {
    // RFC 5465 §3.1: MessageNew and MessageExpunge go together; §5.2: of the open folder they are told as ever
    const set = `NOTIFY SET (SELECTED (${events})) (PERSONAL (${events} MailboxName))`;
    const answer = yield* exchange(host, tags, { name: 'NOTIFY', pieces: [set] });
    if (answer.word === 'OK') return true;
    // RFC 5465 §3.1: BADEVENT names what it can tell of; what it must be able to is asked for alone
    if (answer.code?.name !== 'BADEVENT') return false;
  }
  return false;
}

const EVENTS: readonly string[] = ['MessageNew MessageExpunge FlagChange', 'MessageNew MessageExpunge'];
