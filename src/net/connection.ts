// A connection as the rest of the house sees it: something that plays dialogues. Substituted in tests, built by dial.
import type { Dialogue } from '../protocol/dialogue.ts';
import type { Channel } from '../protocol/sasl/channel.ts';

/** One line of a dialogue as it may be logged: secrets replaced, control characters stripped, bodies as `[n octets]`. */
export type Trace = (who: 'C' | 'S', text: string) => void;

/** How long a dialogue may take. Milliseconds. */
export interface Deadlines {
  /** The longest time without a byte (in, or out while sending); default: the connection's own. */
  readonly idle?: number;
  /** The longest time for the whole dialogue; default: none, for bodies of any size. */
  readonly total?: number;
}

/** A connection to a mail server, single-use: after an error it is closed, and a new one is dialled. */
export interface Connection {
  readonly host: string;
  /** True once TLS is up and verified. */
  readonly secure: boolean;
  /** What a login may know of it now; another one after STARTTLS. */
  readonly channel: Channel;
  /** When the server's certificate ends, milliseconds since 1970; null without TLS. */
  readonly certificateEnds: number | null;
  /** `TLSv1.3`; null without TLS. */
  readonly tlsVersion: string | null;
  /**
   * Plays a dialogue to its end. One at a time; a second call while one runs throws.
   * Any MailError of kind closed, timeout, tls or protocol has closed the connection.
   */
  converse<T>(dialogue: Dialogue<T>, deadlines?: Deadlines): Promise<T>;
  /** Closes at once, without a word; running dialogues reject with `cancelled`. Safe to call twice. */
  close(): void;
}
