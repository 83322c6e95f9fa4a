// The way out to one client: small answers are gathered into one write, bodies are counted, and the faults that hit any
// command strike here.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer } from '../peer.ts';
import type { House, Protocol } from './house.ts';

const ENOUGH = 64 * 1024;

/** Answers to one client. */
export class Wire {
  readonly peer: Peer;
  readonly #house: House;
  readonly #protocol: Protocol;
  #pending: Buffer[] = [];
  #size = 0;
  /** Octets of bodies sent on this connection. */
  #bodies = 0;

  constructor(peer: Peer, house: House, protocol: Protocol) {
    this.peer = peer;
    this.#house = house;
    this.#protocol = protocol;
  }

  /** Notes a command line for the test to see. */
  note(line: string): void {
    this.#house.heard.push({ protocol: this.#protocol, connection: this.peer.nth, line });
  }

  /**
   * Lets the faults strike at a command: true when one did, and the command is not to be obeyed. Throws HungUp.
   * `tag` is put before a foreign answer.
   */
  async struck(verb: string, tag: string = ''): Promise<boolean> {
    const { faults } = this.#house;
    const command = `${this.#protocol} ${verb}`;
    if (faults.hangUp.has(command)) this.peer.hangUp();
    if (faults.bad.has(command)) {
      await this.say('* BAD Command!');
      return true;
    }
    if (faults.silent.has(command)) return true;
    const answer = faults.answers.get(command);
    if (answer === undefined) return false;
    await this.say(`${tag}${answer}`);
    if (answer.startsWith('421')) this.peer.hangUp();
    return true;
  }

  /** Gathers octets (text as latin1). */
  async put(octets: string | Buffer): Promise<void> {
    const bytes = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#size > ENOUGH) await this.flush();
  }

  /** Gathers a piece of a message body; the cut fault counts it. Throws HungUp when the cut has come. */
  async putBody(bytes: Buffer): Promise<void> {
    const { cut } = this.#house.faults;
    if (cut !== null && cut.times > 0 && this.#bodies + bytes.length > cut.after) {
      cut.times--;
      await this.put(bytes.subarray(0, Math.max(0, cut.after - this.#bodies)));
      await this.flush();
      this.peer.hangUp();
    }
    this.#bodies += bytes.length;
    await this.put(bytes);
  }

  /** Sends what was gathered. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#size = 0;
    if (pending.length > 0) await this.peer.send(Buffer.concat(pending));
  }

  /** Sends what was gathered and these lines (CRLF is added). SMTP: after the time that the slow fault asks for. */
  async say(...lines: readonly string[]): Promise<void> {
    if (this.#protocol === 'SMTP' && this.#house.faults.slow > 0) await sleep(this.#house.faults.slow);
    await this.put(lines.map((line) => `${line}\r\n`).join(''));
    await this.flush();
  }
}
