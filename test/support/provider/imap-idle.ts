// IDLE (RFC 2177), and what NOTIFY (RFC 5465) adds to it: changes of the open folder as they come, and STATUS of the others.
import type { ImapSession, ImapVerb } from './imap-session.ts';
import type { Mailbox } from './mailbox.ts';

/** Tells of changes until the client says DONE. */
export const idle: ImapVerb = async (session) => {
  const { wire, user, mailbox, notified } = session;
  await wire.say('+ idling');
  const others = notified ? [...(user?.folders.values() ?? [])].filter((other) => other !== mailbox) : [];
  const watched = [...(mailbox === undefined ? [] : [mailbox]), ...others];
  const watchers = watched.map((folder) => watcher(session, folder));
  for (const [at, folder] of watched.entries()) folder.watchers.add(watchers[at] ?? (() => {}));
  try {
    await wire.peer.expect(/^DONE$/i);
  } finally {
    for (const [at, folder] of watched.entries()) folder.watchers.delete(watchers[at] ?? (() => {}));
  }
  return 'OK IDLE done';
};

function watcher(session: ImapSession, folder: Mailbox): () => void {
  const tell = async (): Promise<void> => {
    if (folder === session.mailbox) await session.refresh();
    else {
      const state = `MESSAGES ${folder.messages.length} UIDNEXT ${folder.uidNext}`;
      await session.wire.put(`* STATUS "${folder.wire}" (${state})\r\n`);
    }
    await session.wire.flush();
  };
  return () => void tell().catch(() => {}); // the client is gone, and the missing DONE says so
}
