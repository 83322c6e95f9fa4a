// An IMAP server in memory that takes what is filed, over any number of connections, and does wrong what a test wants.
import type { Peer } from '../support/peer.ts';

/** A message as the server has it. */
export interface Taken {
  readonly bytes: Buffer;
  readonly flags: string;
  /** As it came, in quotes; empty: none. */
  readonly date: string;
}

/** What it does otherwise. */
export interface Ways {
  /** Default: IMAP4rev1 LITERAL+ MULTIAPPEND. */
  readonly capabilities?: string;
  /** The answer to a CREATE; undefined: made. */
  readonly create?: (name: string) => string | undefined;
  /** Instead of taking message `nth` (0 is the first of all connections), before its octets are read. */
  readonly literal?: (peer: Peer, nth: number) => Promise<void>;
  /** The answer to the `nth` APPEND; undefined: taken. `lost`: taken, and the connection is closed. Null: silence. */
  readonly answer?: (nth: number) => string | null | undefined;
  /** With such a message none of its APPEND is taken. */
  readonly refuse?: (bytes: Buffer) => boolean;
  /** What it makes of a message. */
  readonly altered?: (bytes: Buffer) => Buffer;
  /** What it makes of all that came with a message. */
  readonly keep?: (taken: Taken) => Taken;
  /** What its OK says; default nothing. */
  readonly ok?: string;
  /** Default: `(\\Seen \\*)`. */
  readonly permanent?: string;
}

const ALL = 'IMAP4rev1 LITERAL+ MULTIAPPEND';

/** The server. */
export class ScriptedTarget {
  readonly folders: Map<string, Taken[]> = new Map([['INBOX', []]]);
  appends: number = 0;
  #literals = 0;
  readonly #ways: Ways;

  constructor(ways: Ways = {}) {
    this.#ways = ways;
  }

  /** Plays one connection. */
  readonly play: (peer: Peer) => Promise<void> = async (peer) => {
    await peer.lines(`* OK [CAPABILITY ${this.#ways.capabilities ?? ALL}] ready`);
    let open: Taken[] = [];
    for (;;) {
      const [, tag = '', verb = '', rest = ''] = await peer.expect(/^(\S+) (UID FETCH|\S+) ?(.*)$/);
      const name = /^"([^"]*)"/.exec(rest)?.[1] ?? '';
      let said = 'OK done';
      if (verb === 'LIST') for (const one of this.folders.keys()) await peer.lines(`* LIST () "/" "${one}"`);
      if (verb === 'CAPABILITY') await peer.lines(`* CAPABILITY ${this.#ways.capabilities ?? ALL}`);
      if (verb === 'CREATE') {
        said = this.#ways.create?.(name) ?? said;
        if (said.startsWith('OK')) this.folders.set(name, []);
      }
      if (verb === 'SELECT' || verb === 'EXAMINE') {
        const there = this.folders.get(name);
        open = there ?? [];
        if (there === undefined) said = 'NO no such folder';
        else
          await peer.lines(
            `* ${open.length} EXISTS`,
            '* OK [UIDVALIDITY 7] ok',
            `* OK [PERMANENTFLAGS ${this.#ways.permanent ?? '(\\Seen \\*)'}] ok`,
          );
      }
      if (verb === 'UID FETCH') for (const text of rowsOf(open, rest)) await peer.send(text);
      if (verb === 'APPEND') {
        const ended = await this.#append(peer, name, rest.slice(name.length + 2));
        if (ended === null) continue;
        said = ended;
      }
      await peer.lines(`${tag} ${said}`);
      if (verb === 'LOGOUT') return;
    }
  };

  async #append(peer: Peer, name: string, first: string): Promise<string | null> {
    const come: Taken[] = [];
    for (let text = first; text !== ''; text = await peer.line()) {
      const [, flags = '', date = '', octets = '', plus = ''] =
        /^ \(([^)]*)\) (?:"([^"]*)" )?~?\{(\d+)(\+?)\}$/.exec(text) ?? [];
      if (octets === '') return 'BAD no such APPEND';
      if (plus === '') await peer.lines('+ go on');
      await this.#ways.literal?.(peer, this.#literals++);
      const bytes = await peer.octets(Number(octets));
      const taken = { bytes: this.#ways.altered?.(bytes) ?? bytes, flags, date };
      come.push(this.#ways.keep?.(taken) ?? taken);
    }
    const answer = this.#ways.answer?.(this.appends++);
    if (answer === null) return null;
    if (answer !== undefined && answer !== 'lost') return answer;
    if (come.some(({ bytes }) => this.#ways.refuse?.(bytes) === true)) return 'NO not this one';
    this.folders.get(name)?.push(...come);
    if (answer === 'lost') peer.hangUp();
    return `OK ${this.#ways.ok ?? ''} taken`;
  }
}

function* rowsOf(all: readonly Taken[], asked: string): Generator<Buffer> {
  const wanted = new Set(asked.replace(/ .*/, '').split(',').flatMap(uidsIn));
  for (const [at, { bytes, flags, date }] of all.entries()) {
    if (!wanted.has(at + 1)) continue;
    const id = /^message-id:.*\r\n/im.exec(bytes.toString('latin1'))?.[0] ?? '';
    const facts = `* ${at + 1} FETCH (UID ${at + 1} FLAGS (${flags}) INTERNALDATE "${date || ' 1-Jan-2026 00:00:00 +0000'}"`;
    if (!asked.includes('BODY.PEEK[]'))
      yield Buffer.from(
        `${facts} RFC822.SIZE ${bytes.length} BODY[HEADER.FIELDS (MESSAGE-ID)] {${id.length + 2}}\r\n${id}\r\n)\r\n`,
      );
    else
      yield Buffer.concat([
        Buffer.from(`${facts} BODY[] {${bytes.length}}\r\n`),
        bytes,
        Buffer.from(')\r\n'),
      ]);
  }
}

function uidsIn(range: string): number[] {
  const [from = 0, to = from] = range.split(':').map(Number);
  return Array.from({ length: Math.min(to, 10_000) - from + 1 }, (_, at) => from + at);
}
