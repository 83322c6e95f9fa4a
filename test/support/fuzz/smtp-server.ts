// An SMTP server for fuzzing: it answers commands that come alone or in groups, and takes messages by DATA and by BDAT. What
// it says is damaged by chance; what it has taken is kept.
import type { Chance } from '../random.ts';
import { damaged, type Harm } from './damage.ts';
import { SaslServer } from './sasl-server.ts';
import type { Server } from './talk.ts';

/** What may stand anywhere. */
const PIECES: readonly string[] = [
  '250 ok\r\n', '250-more\r\n', '354 go\r\n', '334 \r\n', '421 4.7.0 bye\r\n', '550 5.1.1 no\r\n', '503 pipelining\r\n', '235 in\r\n', '250',
  '\r\n', '\n', '\r', ' ', '-', '\0', '\xff', '\xb5\xc7', '99 x\r\n', '2500 x\r\n', '+OK\r\n', '\x1b[31m', 'x'.repeat(3000),
]; // prettier-ignore

/** The server. */
export class FuzzedSmtp implements Server {
  readonly first: readonly Buffer[];
  /** Messages that it has taken, unstuffed, as latin1. */
  readonly messages: string[] = [];
  /** Command lines that it did not know. */
  readonly unknown: string[] = [];
  readonly #luck: Chance;
  readonly #harm: Harm;
  #held = '';
  #data: string | undefined;
  /** Octets of a chunk that are still to come; what came of the chunks. */
  #chunk = 0;
  #chunks = '';
  #last = false;
  #accepted = 0;
  #sasl: SaslServer | undefined;

  /** `greets`: it speaks first. */
  constructor(luck: Chance, harm: Harm, greets: boolean) {
    this.#luck = luck;
    this.#harm = harm;
    const greeting = luck.of(['220 ready', '220-a\r\n220 b', '554 no', '421 HL:REP']);
    this.first = greets ? this.#sent([greeting]) : [];
  }

  hear(octets: string): readonly Buffer[] {
    this.#held += octets;
    const said: string[] = [];
    for (let answer = this.#next(); answer !== null; answer = this.#next())
      if (answer !== '') said.push(answer);
    return this.#sent(said);
  }

  #sent(answers: readonly string[]): Buffer[] {
    const octets = answers.map((text) => Buffer.from(`${text}\r\n`, 'latin1'));
    return damaged(octets, PIECES, this.#harm, this.#luck);
  }

  /** The answer to what is next, '' for none; null where more must come first. */
  #next(): string | null {
    if (this.#chunk > 0 || this.#last) return this.#takeChunk();
    const end = this.#held.indexOf('\r\n');
    if (end < 0) return null;
    const line = this.#held.slice(0, end);
    this.#held = this.#held.slice(end + 2);
    if (this.#data === undefined)
      return this.#sasl === undefined ? this.#answer(line) : this.#login(this.#sasl, line);
    if (line !== '.') {
      this.#data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
      return '';
    }
    this.messages.push(this.#data);
    this.#data = undefined;
    return this.#verdict();
  }

  #takeChunk(): string | null {
    if (this.#held.length < this.#chunk) return null;
    this.#chunks += this.#held.slice(0, this.#chunk);
    this.#held = this.#held.slice(this.#chunk);
    this.#chunk = 0;
    if (!this.#last) return '250 taken';
    this.#last = false;
    this.messages.push(this.#chunks);
    this.#chunks = '';
    return this.#verdict();
  }

  #verdict(): string {
    return this.#luck.often(85)
      ? '250 2.0.0 queued'
      : this.#luck.of(['451 4.3.0 later', '554 DT:SPM no', '421 4.4.2 bye']);
  }

  #answer(line: string): string {
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
    const refused = this.#luck.often(7)
      ? this.#luck.of(['450 4.2.0 later', '550 5.7.1 no', '421 bye', '503 order'])
      : undefined;
    switch (verb) {
      case 'EHLO':
        return (
          refused ?? '250-mail\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-SIZE 1000\r\n250 AUTH=LOGIN PLAIN'
        );
      case 'AUTH': {
        const [, mechanism = '', initial] = line.split(' ');
        this.#sasl = new SaslServer(mechanism, this.#luck);
        return this.#login(this.#sasl, initial === '=' ? '' : (initial ?? null));
      }
      case 'MAIL':
        this.#accepted = 0;
        return refused ?? '250 ok';
      case 'RCPT':
        if (refused === undefined) this.#accepted++;
        return refused ?? '250 ok';
      case 'DATA':
        if (refused !== undefined || this.#accepted === 0) return refused ?? '554 5.5.1 no valid recipients';
        this.#data = '';
        return '354 go';
      case 'BDAT': {
        const [, size = '0', last] = line.split(' ');
        this.#chunk = Number(size);
        this.#last = last === 'LAST';
        return '';
      }
      case 'HELO':
      case 'RSET':
      case 'NOOP':
        return refused ?? '250 ok';
      case 'STARTTLS':
        return refused ?? '220 go';
      case 'QUIT':
        return '221 bye';
      default:
        this.unknown.push(line);
        return '502 5.5.2 what?';
    }
  }

  #login(sasl: SaslServer, answer: string | null): string {
    const said = sasl.next(answer);
    if (typeof said === 'string') return `334 ${said}`;
    this.#sasl = undefined;
    return said
      ? '235 2.7.0 in'
      : this.#luck.of(['535 5.7.8 no', '454 4.7.0 later', '504 5.5.4 mechanism', '501 5.5.2 no']);
  }
}
