// One IMAP command off the wire: lines and literals into a tag and a tree of tokens (RFC 9051 §4).
import type { Peer } from '../peer.ts';

/** An atom, a string or a literal as latin1 text; or a parenthesised list. */
export type Token = string | readonly Token[];

/** A command as it was sent. */
export interface ImapCommand {
  readonly tag: string;
  /** Upper-case; `UID FETCH` and its kind are one verb. */
  readonly verb: string;
  readonly args: readonly Token[];
  /** The text, with literals left out. */
  readonly line: string;
}

/** Reads one command; asks for each literal that waits to be asked for (RFC 7888 §4). Throws HungUp. */
export async function readCommand(peer: Peer): Promise<ImapCommand> {
  const pieces: (string | Buffer)[] = [];
  for (;;) {
    const line = await peer.line();
    const [marker, octets, plus] = /\{(\d+)(\+?)\}$/.exec(line) ?? [];
    if (marker === undefined) {
      pieces.push(line);
      break;
    }
    pieces.push(line.slice(0, -marker.length));
    if (plus === '') await peer.lines('+ go ahead');
    pieces.push(await peer.octets(Number(octets)));
  }
  const [tag = '*', verb = '', ...args] = tokens(pieces);
  const line = pieces.map((piece) => (typeof piece === 'string' ? piece : '{…}')).join('');
  const name = upper(verb);
  if (name !== 'UID') return { tag: textOf(tag), verb: name, args, line };
  return { tag: textOf(tag), verb: `UID ${upper(args[0])}`, args: args.slice(1), line };
}

/** The text of a token; a list has none. */
export function textOf(token: Token | undefined): string {
  return typeof token === 'string' ? token : '';
}

/** The text of a token in upper case. */
export function upper(token: Token | undefined): string {
  return textOf(token).toUpperCase();
}

/** The texts of a list; a single token counts as a list of one. */
export function listOf(token: Token | undefined): string[] {
  return typeof token === 'string' ? [token] : (token ?? []).map(textOf);
}

// A bracketed section belongs to its atom: BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.100>
const TOKEN = /\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|((?:[^\s()"[]|\[[^\]]*\])+))/y;

function tokens(pieces: readonly (string | Buffer)[]): Token[] {
  const top: Token[] = [];
  const open: Token[][] = [top];
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      open.at(-1)?.push(piece.toString('latin1'));
      continue;
    }
    TOKEN.lastIndex = 0;
    for (let found = TOKEN.exec(piece); found !== null; found = TOKEN.exec(piece)) {
      const [, opens, closes, quoted, atom] = found;
      if (opens !== undefined) {
        const list: Token[] = [];
        open.at(-1)?.push(list);
        open.push(list);
      } else if (closes !== undefined) {
        if (open.length > 1) open.pop();
      } else {
        open.at(-1)?.push(atom ?? quoted?.replace(/\\(.)/g, '$1') ?? '');
      }
    }
  }
  return top;
}
