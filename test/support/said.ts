// What was said over a connection, counted: commands, round trips and octets, as its trace shows them.
import type { Trace } from '../../src/net/connection.ts';

/** Counts what a trace shows. */
export class Said {
  /** Commands without their tags, in order; a secret is not among them. */
  readonly commands: string[] = [];
  /** The round trips that were over when each command was sent. */
  readonly turns: number[] = [];
  /** Times that the client had to wait for the server, its greeting included. */
  trips = 0;
  /** Bodies that the server sent: messages, as long as nothing else of it comes as a literal. */
  bodies = 0;
  /** Octets that the server sent, line ends included, TLS not. */
  octets = 0;
  #last: 'C' | 'S' = 'C';

  readonly trace: Trace = (who, text) => {
    if (who === 'S' && this.#last === 'C') this.trips++;
    this.#last = who;
    const [, body] = /^\[(\d+) octets\]$/.exec(text) ?? [];
    if (who === 'S' && body !== undefined && this.commands.at(-1)?.includes('BODY.PEEK[]') === true)
      this.bodies++;
    if (who === 'S') this.octets += body === undefined ? Buffer.byteLength(text) + 2 : Number(body);
    else if (/^A\d+ /.test(text)) {
      this.commands.push(text.replace(/^A\d+ /, ''));
      this.turns.push(this.trips);
    }
  };

  /** The first words of the commands: `UID FETCH`, `EXAMINE`. */
  get verbs(): string[] {
    return this.commands.map((command) => /^(?:UID )?\S+/.exec(command)?.[0] ?? '');
  }
}
