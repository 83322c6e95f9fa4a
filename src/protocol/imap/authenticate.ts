// AUTHENTICATE (RFC 9051 §6.2.2) by any mechanism. What comes between its challenges is heard like anything else (I-166).
import type { Dialogue } from '../dialogue.ts';
import type { Choice } from '../sasl/choose.ts';
import { initialText, turns, type Mechanism } from '../sasl/mechanism.ts';
import { HeardCapabilities } from './capability.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import type { Tags } from './tags.ts';

/** How a login by one mechanism ended. */
export interface Said {
  readonly answer: Answer;
  readonly mechanism: Mechanism;
  /** The capabilities that came with the answer, null where none did. */
  readonly told: Capabilities | null;
}

/** RFC 2683 §3.2.1.5 wants command lines under 1000 octets; tokens alone are longer, and their servers know it. */
const MAX_INITIAL = 8000;

/**
 * Says the mechanism through to the server's answer. `initial`: what the client says first may go with the command
 * (RFC 4959 §3). Throws MailError `protocol` where an OK comes from a server that has not proved itself.
 */
export function* authenticate(host: string, tags: Tags, choice: Choice, initial: boolean): Dialogue<Said> {
  const mechanism = choice.begin();
  const first = initial && mechanism.initial !== null ? initialText(mechanism.initial) : null;
  const withCommand = first !== null && first.length <= MAX_INITIAL;
  const shown = `AUTHENTICATE ${choice.name}`;
  const heard = new HeardCapabilities();
  const command = {
    name: 'AUTHENTICATE',
    shown,
    pieces: [withCommand ? `${shown} ${first}` : shown],
    secret: true,
    phase: 'auth',
  };
  const goOn = turns(host, mechanism, withCommand);
  const answer = yield* exchange(host, tags, command, { ...heard.hearing, goOn });
  if (answer.word === 'OK') mechanism.confirm();
  return { answer, mechanism, told: heard.with(answer) };
}
