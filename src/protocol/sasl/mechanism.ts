// A login mechanism as the three protocols see it (RFC 4422 §3): what the client says first, its answer to each challenge,
// and whether the server has proved itself at the end. Base64 and the commands around it are the protocols' own.
import { NAME } from '../dialogue.ts';
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { CHECK_SERVER } from '../cures.ts';

/** One login by one mechanism; single use. */
export interface Mechanism {
  /** As the server offers it: `SCRAM-SHA-256-PLUS`. */
  readonly name: string;
  /** What the client says before any challenge, with the command where it may; null: the server speaks first. */
  readonly initial: Buffer | null;
  /** The answer to a challenge; null: there is nothing more to say. Throws MailError `protocol` for a hostile challenge. */
  answer(challenge: Buffer): Buffer | null;
  /** True where the next answer is the name alone: it is no secret, though no trace has to show it. */
  readonly saysName?: boolean;
  /** False while nothing was said that depends on the password: a no is none to it then (S-004). */
  readonly tried: boolean;
  /** True once all is said, so that only a yes or a no can follow. */
  readonly complete: boolean;
  /** Called at the server's yes. Throws MailError `protocol` where it had to prove itself, and has not. */
  confirm(): void;
  /** Why the server refuses, where it says so in a challenge (RFC 5802 §7, RFC 7628 §3.2.2); for the person. */
  readonly refusal: string | null;
}

const SECRET = '***';

/** A challenge of more octets is no challenge. */
const MAX_CHALLENGE = 65_536;

/** What the client says, in base64, and what traces show of it; undefined: all of it. */
export interface Turn {
  readonly text: string;
  readonly shown: string | undefined;
}

/**
 * What the client says to each continuation, which is base64 too. `withCommand`: `initial` has gone out already; who asks for
 * it by an empty challenge all the same gets it again, once (S-003). `*` gives up (RFC 4422 §3.5).
 */
export function turns(host: string, mechanism: Mechanism, withCommand: boolean): (text: string) => Turn {
  let owed = mechanism.initial !== null && !withCommand;
  let again = withCommand;
  return (text) => {
    if (text.length > MAX_CHALLENGE) throw hostile(host, mechanism.name, 'a challenge of many octets');
    const challenge = Buffer.from(text, 'base64');
    const repeat = again && challenge.length === 0;
    again = false;
    if (mechanism.initial !== null && (owed || repeat)) {
      owed = false;
      return { text: mechanism.initial.toString('base64'), shown: SECRET };
    }
    const open = mechanism.saysName === true;
    const said = mechanism.answer(challenge);
    if (said === null) return { text: '*', shown: undefined };
    return { text: said.toString('base64'), shown: open ? NAME : SECRET };
  };
}

/** `initial` as it stands behind a command: `=` where it is empty (RFC 4954 §4, RFC 5034 §4, RFC 4959 §3). */
export function initialText(initial: Buffer): string {
  return initial.length === 0 ? '=' : initial.toString('base64');
}

/** The MailError for a server that does not follow `mechanism`, or is not the one that knows the password. */
export function hostile(host: string, mechanism: string, what: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `login by ${mechanism} broken off: ${host} sent ${what}`,
    phase: 'auth',
    hint: cure(CHECK_SERVER, host),
    cause: new Error(what),
  });
}
