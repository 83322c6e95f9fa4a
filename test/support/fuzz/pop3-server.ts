// A POP3 server for fuzzing: twelve messages, every command, several answered together. What it says is damaged by chance.
import type { Chance } from '../random.ts';
import { damaged, type Harm } from './damage.ts';
import { SaslServer } from './sasl-server.ts';
import type { Server } from './talk.ts';

/** What may stand anywhere. */
const PIECES: readonly string[] = [
  '.\r\n', '..\r\n', '.\n', '\r\n.\r\n', '+OK\r\n', '-ERR no\r\n', '+OK', '-ERR [SYS/TEMP] later\r\n', '-ERR [IN-USE]\r\n', '+ \r\n', '+ x\r\n',
  '\r\n', '\n', '\r', ' ', '\0', '\xff', '.', '1 5\r\n', '1 a\r\n', '99999999999 1\r\n', '-1\r\n', '+OK 5 100\r\n', '\x1b[31m', 'x'.repeat(3000),
]; // prettier-ignore

/** The messages, by their numbers from 1 on; each ends with a line end. */
export const MESSAGES: readonly string[] = [
  'Subject: one\r\n\r\ntext\r\n', '', '.\r\n', '..a\r\n.b\r\n', '+OK\r\n-ERR\r\n', 'a\nb\r\n', 'x\n.\ny\r\n', '\0\xff\r\n', `${'x'.repeat(900)}\r\n`,
  '\r\n\r\n', 'a\rb\r\n', 'end\r\n',
]; // prettier-ignore

/** The server. */
export class FuzzedPop3 implements Server {
  readonly first: readonly Buffer[];
  readonly #luck: Chance;
  readonly #harm: Harm;
  readonly #end: string;
  #held = '';
  #sasl: SaslServer | undefined;

  /** `greets`: it speaks first. */
  constructor(luck: Chance, harm: Harm, greets: boolean) {
    this.#luck = luck;
    this.#harm = harm;
    this.#end = luck.often(95) ? '\r\n' : '\n';
    const greeting = luck.of(['+OK ready', '+OK <1.2@pop.example> hi', '-ERR [SYS/TEMP] no', '+ok']);
    this.first = greets ? this.#sent([[greeting]]) : [];
  }

  hear(octets: string): readonly Buffer[] {
    this.#held += octets;
    const lines = this.#held.split('\r\n');
    this.#held = lines.pop() ?? '';
    return this.#sent(lines.map((line) => this.#answer(line)));
  }

  /** Each answer has lines of its own. */
  #sent(answers: readonly (readonly string[])[]): Buffer[] {
    const octets = answers.map((lines) =>
      Buffer.from(lines.map((line) => line + this.#end).join(''), 'latin1'),
    );
    return damaged(octets, PIECES, this.#harm, this.#luck);
  }

  #answer(line: string): string[] {
    if (this.#sasl !== undefined) return this.#login(this.#sasl, line);
    const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
    if (this.#luck.often(6))
      return [this.#luck.of(['-ERR no', '-ERR [IN-USE] locked', '-ERR quota exceeded', '-ERR'])];
    const number = Number(rest.split(' ')[0]);
    switch (verb) {
      case 'AUTH': {
        const [mechanism = '', initial] = rest.split(' ');
        this.#sasl = new SaslServer(mechanism, this.#luck);
        return this.#login(this.#sasl, initial ?? null);
      }
      case 'CAPA':
        return ['+OK', 'TOP', 'UIDL', 'PIPELINING', 'SASL PLAIN', 'LOGIN-DELAY 900', '.'];
      case 'STAT':
        return [`+OK ${MESSAGES.length} 2000`];
      case 'LIST':
        if (rest !== '') return [`+OK ${rest} 20`];
        return ['+OK', ...MESSAGES.map((text, at) => `${at + 1} ${text.length}`), '.'];
      case 'UIDL':
        if (rest !== '') return [`+OK ${rest} u${rest}`];
        return ['+OK', ...MESSAGES.map((_, at) => `${at + 1} u${at}`), '.'];
      case 'RETR':
        return this.#message(MESSAGES[number - 1]);
      case 'TOP':
        return this.#message('Subject: top\r\n\r\n');
      default:
        return ['+OK done'];
    }
  }

  /** Stuffed after each of the line ends that this server writes. */
  #message(text: string | undefined): string[] {
    if (text === undefined) return ['-ERR no such message'];
    const lines = text.split(this.#end);
    lines.pop();
    return ['+OK', ...lines.map((line) => (line.startsWith('.') ? `.${line}` : line)), '.'];
  }

  #login(sasl: SaslServer, answer: string | null): string[] {
    const said = sasl.next(answer);
    if (typeof said === 'string') return [`${this.#luck.often(90) ? '+' : '+OK'} ${said}`];
    this.#sasl = undefined;
    return [said ? '+OK in' : this.#luck.of(['-ERR [AUTH] no', '-ERR unknown command', '-ERR'])];
  }
}
