// The other client of a mailbox, by hand: what a person does on the telephone while mailkeep looks elsewhere.
import type { Made } from '../bench/mailbox.ts';
import { Endings } from '../support/endings.ts';
import { connectTo, type LineClient } from '../support/line-client.ts';
import { encodeModifiedUtf7 } from '../support/provider/modified-utf7.ts';
import type { Ending } from '../support/temporary.ts';
import type { Receiver } from './receiver.ts';

/** Says these commands one after another and expects OK to each; what came with the last, octets as latin1. */
export type Session = (...commands: readonly string[]) => Promise<string[]>;

/** Logs in by AUTHENTICATE PLAIN over TLS; the connection is closed when the test ends. */
export async function imapSession(
  test: Ending,
  { ports }: Receiver,
  user: string,
  password: string,
): Promise<Session> {
  const client = await connectTo(test, ports.imaps, true);
  await client.line();
  await client.ask('a AUTHENTICATE PLAIN', /^\+/);
  await say(client, Buffer.from(`\0${user}\0${password}`).toString('base64'), 'a');
  return async (...commands) => {
    let last: string[] = [];
    for (const command of commands) last = await say(client, `a ${command}`, 'a');
    return last;
  };
}

/** Makes the folders and appends the messages over one connection. */
export async function appendAll(
  receiver: Receiver,
  user: string,
  password: string,
  mail: Iterable<Made>,
): Promise<void> {
  const ends = new Endings();
  try {
    const session = await imapSession(ends, receiver, user, password);
    const folders = new Map<string, Made[]>();
    for (const made of mail) folders.set(made.folder, [...(folders.get(made.folder) ?? []), made]);
    const there = await session('LIST "" "*"');
    for (const [folder, all] of folders) {
      const name = quoted(receiver.nameOf(folder));
      if (!there.some((line) => line.endsWith(` ${name}`) || line.endsWith(` ${name.slice(1, -1)}`)))
        await session(`CREATE ${name}`);
      // RFC 3502: all of a folder at once, which costs the server one sync.
      const messages = all.map(({ bytes, flags }) => {
        const list = flags.replace(/[A-Z]/g, (letter) => `${FLAGS[letter] ?? ''} `).trim();
        return ` (${list}) {${bytes.length}+}\r\n${bytes.toString('latin1')}`;
      });
      await session(`APPEND ${name}${messages.join('')}`);
    }
  } finally {
    await ends.end();
  }
}

/** A folder's readable name as it goes over the wire. */
export function quoted(name: string): string {
  return `"${encodeModifiedUtf7(name)}"`;
}

/** Maildir letters. */
const FLAGS: Readonly<Record<string, string>> = { S: '\\Seen', F: '\\Flagged', R: '\\Answered' };

async function say(client: LineClient, text: string, tag: string): Promise<string[]> {
  const lines = await client.ask(text, new RegExp(`^${tag} `));
  if (!lines.at(-1)?.startsWith(`${tag} OK`)) throw new Error(`${text.slice(0, 200)}\n${lines.join('\n')}`);
  return lines;
}
