// An IMAP server by a script's answers, for polls of servers that lie, cut and change their minds: any folders, messages
// that are told by their UIDs alone, and commands in flight answered as the script wants.
import type { Receiving } from '../../src/receive/open-source.ts';
import type { Peer } from '../support/peer.ts';
import type { ScriptedServer } from '../support/scripted-server.ts';

/** A UID FETCH of bodies. */
export interface BodyCommand {
  readonly tag: string;
  readonly folder: string;
  readonly uids: readonly number[];
}

/** What the server says. Lines end in CRLF; the tagged OK is added. */
export interface ImapScript {
  /** Default: INBOX alone. */
  readonly folders?: readonly string[];
  /** What it says of itself in its greeting. */
  readonly name?: string;
  /** Default: IMAP4rev1. */
  readonly capabilities?: string;
  /** Answers COMPRESS. */
  readonly compress?: (tag: string, peer: Peer) => Promise<void>;
  /** The answer to a login; default OK. */
  readonly login?: string;
  readonly examine: (folder: string) => string;
  /** What it answers to an EXAMINE; default OK. `command` is all that was said behind its tag. */
  readonly opened?: (folder: string, command: string) => string;
  /** Default: as `examine`. */
  readonly select?: (folder: string) => string;
  /** `command` is all that was said, with its tag. */
  readonly list: (folder: string, command: string) => string | Promise<string>;
  /** What comes before the OK of a FETCH. */
  readonly bodies?: (uids: readonly number[], folder: string) => string | Promise<string>;
  /** Instead of `bodies`: answers a FETCH in full; it may read further commands by `nextBodies`. */
  readonly fetch?: (command: BodyCommand, peer: Peer) => Promise<void>;
}

/** Plays one connection. */
export async function imap(peer: Peer, script: ImapScript): Promise<void> {
  const capabilities = script.capabilities ?? 'IMAP4rev1';
  await peer.lines(`* OK [CAPABILITY ${capabilities}] ${script.name ?? 'ready'}`);
  let folder = '';
  for (;;) {
    const [, tag = '', command = ''] = await peer.expect(/^(\S+) (.*)$/);
    const [, set = '', items = ''] = /^UID FETCH (\S+) (.*)$/.exec(command) ?? [];
    let said = '';
    if (command.startsWith('LOGIN') && script.login !== undefined) {
      await peer.lines(`${tag} ${script.login}`);
      continue;
    }
    if (command.startsWith('COMPRESS') && script.compress !== undefined) {
      await script.compress(tag, peer);
      continue;
    }
    if (command === 'CAPABILITY') said = `* CAPABILITY ${capabilities}\r\n`;
    if (command.startsWith('LIST'))
      said = (script.folders ?? ['INBOX']).map((name) => `* LIST () "/" ${name}\r\n`).join('');
    if (command.startsWith('EXAMINE')) {
      folder = /"([^"]*)"/.exec(command)?.[1] ?? '';
      said = script.examine(folder);
      if (script.opened !== undefined) {
        await peer.send(`${said}${tag} ${script.opened(folder, command)}\r\n`);
        continue;
      }
    }
    if (command.startsWith('SELECT')) {
      folder = /"([^"]*)"/.exec(command)?.[1] ?? '';
      said = (script.select ?? script.examine)(folder);
    }
    if (items.includes('BODY') && script.fetch !== undefined) {
      await script.fetch({ tag, folder, uids: uidsOf(set) }, peer);
      continue;
    }
    if (items.includes('BODY')) said = (await script.bodies?.(uidsOf(set), folder)) ?? '';
    else if (set !== '') said = await script.list(folder, `${tag} ${command}`);
    await peer.send(`${said}${tag} OK done\r\n`);
  }
}

/** The next command in flight, which must be a FETCH of bodies. */
export async function nextBodies(peer: Peer, folder: string): Promise<BodyCommand> {
  const [, tag = '', set = ''] = await peer.expect(/^(\S+) UID FETCH (\S+) \(.*BODY.*$/);
  return { tag, folder, uids: uidsOf(set) };
}

/** A listing of these UIDs. */
export function rowsOf(uids: readonly number[]): string {
  return uids.map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS () RFC822.SIZE 90)\r\n`).join('');
}

/** 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function uidsOf(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** The message of that name. */
export function textOf(name: number | string): string {
  return `Subject: message ${name}\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\ntext\r\n`;
}

/** A FETCH response with the message; `folder` makes it another than that of the same UID elsewhere. */
export function bodyOf(uid: number, folder: string = ''): string {
  const text = textOf(`${folder}${uid}`);
  return `* ${uid} FETCH (UID ${uid} FLAGS () BODY[] {${text.length}}\r\n${text})\r\n`;
}

/** An account at the server, in clear. */
export function accountOf(
  server: ScriptedServer,
  protocol: 'imap' | 'pop3' = 'imap',
  connections: number = 1,
): Receiving {
  return {
    name: protocol,
    address: 'ann@mail.test',
    user: 'ann',
    login: () => Promise.resolve({ user: 'ann', password: 'secret word' }),
    receive: {
      protocol,
      host: server.host,
      port: server.port,
      tls: 'none',
      schedule: '0 * * * *',
      push: false,
      folders: { include: ['*'], exclude: [] },
      connections,
    },
    timeouts: { connect: 30_000, idle: 30_000 },
  };
}
