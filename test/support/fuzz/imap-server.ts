// An IMAP server for fuzzing: it answers each command as some server would, in one of many forms, and does so to several in
// flight together. What it says is damaged by chance on its way.
import type { Chance } from '../random.ts';
import { damaged, type Harm } from './damage.ts';
import { SaslServer } from './sasl-server.ts';
import type { Server } from './talk.ts';

/** What may stand anywhere. */
const PIECES: readonly string[] = [
  '{0}\r\n', '{5}\r\n', '{99999999999}\r\n', '{-1}\r\n', '~{3}\r\n', '{2+}\r\n', '\r\n', '\n', '(', ')', '((((', '"', '\\',
  'BODY[] ', 'BODY[HEADER ', 'UID 1 ', 'UID 4294967296 ', 'NIL', '* ', '+ ', '* BAD x\r\n', '* NO x\r\n', '* BYE x\r\n',
  'A0001 OK\r\n', 'A0002 NO x\r\n', 'A0003 BAD x\r\n', '* OK [UIDVALIDITY 3]\r\n', '* OK [CLOSED]\r\n', '[', ']', '\0', '\xff',
  '* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n', '* 7 FETCH (UID 7 BODY[] {12}\r\nA0001 OK x\r\n)\r\n', '* VANISHED (EARLIER) 1:*\r\n',
  '* LIST () "/" "a"\r\n', '* STATUS "a" (UIDNEXT 0)\r\n', '* ESEARCH (TAG "A0001") UID ALL 1:4294967295\r\n', '* 2 EXPUNGE\r\n',
  'Server Unavailable. 15\r\n', '+ \r\n', '* 3 EXISTS\r\n', ' ', 'x'.repeat(3000),
]; // prettier-ignore

const BODIES = [
  'Subject: one\r\n\r\ntext\r\n',
  ')\r\nA0001 OK done\r\n',
  '',
  '\0\xff\r\n.\r\n',
  'x'.repeat(900),
  '{3}\r\n',
];

/** The server. The mailbox holds UIDs 1 to 30. */
export class FuzzedImap implements Server {
  readonly first: readonly Buffer[];
  readonly #luck: Chance;
  readonly #harm: Harm;
  #held = '';
  /** A literal that is still to come, in octets. */
  #literal = 0;
  /** The command so far, with its literals. */
  #command = '';
  #login: { readonly tag: string; readonly sasl: SaslServer } | undefined;
  #idle: string | undefined;

  constructor(luck: Chance, harm: Harm) {
    this.#luck = luck;
    this.#harm = harm;
    this.first = this.#sent([
      luck.of(['* OK ready', '* OK [CAPABILITY IMAP4rev1 ID] hello', '* PREAUTH hi', '* BYE no']),
    ]);
  }

  hear(octets: string): readonly Buffer[] {
    this.#held += octets;
    const said: string[] = [];
    for (;;) {
      if (this.#literal > 0) {
        const part = this.#held.slice(0, this.#literal);
        this.#held = this.#held.slice(part.length);
        this.#literal -= part.length;
        this.#command += part;
        if (this.#literal > 0) break;
      }
      const end = this.#held.indexOf('\r\n');
      if (end < 0) break;
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 2);
      this.#command += line;
      const [, count, unasked] = /\{(\d{1,7})(\+?)\}$/.exec(line) ?? [];
      if (count !== undefined) {
        this.#literal = Number(count);
        if (unasked === '') said.push(this.#luck.often(90) ? '+ go on' : '* OK soon');
        continue;
      }
      said.push(...this.#answer(this.#command));
      this.#command = '';
    }
    return this.#sent(said);
  }

  /** Each of `lines` with its end; the answers to commands that came together may come in any order. */
  #sent(lines: readonly string[]): Buffer[] {
    const ends = this.#luck.often(95) ? '\r\n' : '\n';
    return damaged(
      lines.map((line) => Buffer.from(line + ends, 'latin1')),
      PIECES,
      this.#harm,
      this.#luck,
    );
  }

  #answer(command: string): string[] {
    const login = this.#login;
    if (login !== undefined) return this.#loginAnswer(login.tag, login.sasl, command);
    if (command === 'DONE') return [`${this.#idle ?? '*'} OK idle done`];
    const [, tag = '*', verb = '', rest = ''] = /^(\S+) (UID \S+|\S+) ?(.*)$/s.exec(command) ?? [];
    if (verb.toUpperCase() === 'AUTHENTICATE') {
      const [mechanism = '', initial] = rest.split(' ');
      this.#login = { tag, sasl: new SaslServer(mechanism, this.#luck) };
      return this.#loginAnswer(tag, this.#login.sasl, initial ?? null);
    }
    if (verb.toUpperCase() === 'IDLE') {
      this.#idle = tag;
      return ['+ idling', '* 31 EXISTS', '* OK Still here', '* 1 FETCH (FLAGS (\\Seen))'];
    }
    return [
      ...this.#told(verb.toUpperCase(), rest, tag),
      `${tag} ${this.#luck.often(92) ? 'OK done' : this.#refusal()}`,
    ];
  }

  #refusal(): string {
    return this.#luck.of([
      'NO', 'BAD no', 'NO [OVERQUOTA] slow', 'NO [EXPUNGEISSUED] gone', 'OK [MESSAGELIMIT 10 12] part', 'OK [APPENDUID 5 7:9]',
      'NO [TRYCREATE] make it', 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds', 'NO [UNAVAILABLE]', 'OK',
    ]); // prettier-ignore
  }

  #loginAnswer(tag: string, sasl: SaslServer, answer: string | null): string[] {
    const said = sasl.next(answer);
    if (typeof said === 'string') return [`+ ${said}`];
    this.#login = undefined;
    return [`${tag} ${said ? 'OK [CAPABILITY IMAP4rev1 IDLE] in' : 'NO [AUTHENTICATIONFAILED] no'}`];
  }

  /** What comes before the tagged answer. */
  #told(verb: string, rest: string, tag: string): string[] {
    switch (verb) {
      case 'UID FETCH':
        return this.#fetch(rest);
      case 'CAPABILITY':
        return ['* CAPABILITY IMAP4rev1 ID IDLE'];
      case 'ENABLE':
        return [`* ENABLED ${rest}`];
      case 'LIST':
        return ['INBOX', 'a', '客户'].flatMap((name) => [
          `* LIST (\\HasNoChildren) "/" ${this.#luck.of([`"${name}"`, name, `{${name.length}}\r\n${name}`])}`,
          ...(rest.includes('STATUS') ? [statusOf(`"${name}"`)] : []),
        ]);
      case 'STATUS':
        return [statusOf(/^("[^"]*"|\S+)/.exec(rest)?.[0] ?? '""')];
      case 'EXAMINE':
      case 'SELECT':
        return [
          '* 30 EXISTS', '* OK [UIDVALIDITY 5]', '* OK [UIDNEXT 31] next', '* OK [HIGHESTMODSEQ 90060115205545359] high',
          ...(rest.includes('QRESYNC') ? ['* VANISHED (EARLIER) 3,5:9', '* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (7))'] : []),
        ]; // prettier-ignore
      case 'UID SEARCH':
        return [
          rest.includes('RETURN') ? `* ESEARCH (TAG "${tag}") UID ALL 1:30` : '* SEARCH 7456 ',
          '* SEARCH 1 2 3',
        ];
      case 'ID':
        return ['* ID ("name" "x" "version" NIL)'];
      default:
        return [];
    }
  }

  #fetch(rest: string): string[] {
    const [set = '', ...items] = rest.split(' ');
    const asked = items.join(' ');
    const uids = uidsOf(set).filter((uid) => uid <= 30);
    if (asked.includes('BODY.PEEK[]')) return uids.flatMap((uid) => this.#body(uid));
    if (asked.includes('HEADER'))
      return uids.map((uid) => `* 1 FETCH (UID ${uid} BODY[HEADER.FIELDS (MESSAGE-ID)] {4}\r\na@b\n)`);
    return uids.map(
      (uid) =>
        `* ${uid} FETCH (UID ${uid} FLAGS (\\Seen) RFC822.SIZE 5 INTERNALDATE " 1-Jan-2024 00:00:00 +0000" MODSEQ (9))`,
    );
  }

  #body(uid: number): string[] {
    const text = this.#luck.of(BODIES);
    const literal = `{${text.length}}\r\n${text}`;
    return this.#luck.of([
      [`* ${uid} FETCH (UID ${uid} FLAGS () BODY[] ${literal})`],
      [`* ${uid} FETCH (UID ${uid} FLAGS () BODY[] ${literal})`],
      [`* ${uid} FETCH (BODY[] ${literal} UID ${uid} FLAGS (\\Seen))`],
      [`* ${uid} UIDFETCH (BODY[] ~${literal})`],
      [
        `* ${uid} FETCH (UID ${uid} FLAGS ())`,
        `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${text.length} BODY[] ${literal})`,
      ],
      [`* 0 FETCH (UID ${uid} BODY[] "quoted \\"text\\"")`],
      [`* 1 FETCH (UID ${uid} BODY[] NIL)`],
      [`* 1 FETCH (BODY[] ${literal})`],
      [
        `* 1 FETCH (UID ${uid} X-GM-LABELS ("\\\\Starred" NIL) BODY[1.2] {0}\r\n BODY[] ${literal} MODSEQ (7))`,
      ],
    ]);
  }
}

function statusOf(name: string): string {
  return `* STATUS ${name} (MESSAGES 30 UIDNEXT 31 UIDVALIDITY 5 HIGHESTMODSEQ 9 UNSEEN 1 MAILBOXID (M1))`;
}

function uidsOf(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: Math.min(to, 40) - from + 1 }, (_, index) => from + index);
  });
}
