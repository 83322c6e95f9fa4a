// AUTH (RFC 5034) by any mechanism: a challenge is a line that begins with `+ `. Some servers write `+OK` there (P-033),
// which is no yes while the mechanism still has something to say.
import { line, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Choice } from '../sasl/choose.ts';
import { initialText, turns, type Mechanism } from '../sasl/mechanism.ts';
import { parseStatus, readStatus, statusIn } from './status.ts';
import type { Status } from './status.ts';

/** RFC 5034 §4: a longer command, in octets with its CRLF, goes without an initial response. */
const MAX_COMMAND = 255;

/** How a login by one mechanism ended. */
export interface Said {
  readonly status: Status;
  readonly mechanism: Mechanism;
}

/**
 * Says the mechanism through to the server's answer. `initial`: what the client says first may go with the command. Throws
 * MailError `protocol` where a +OK comes from a server that has not proved itself.
 */
export function* auth(host: string, choice: Choice, initial: boolean): Dialogue<Said> {
  const mechanism = choice.begin();
  const name = `AUTH ${choice.name}`;
  const first = mechanism.initial === null ? '' : ` ${initialText(mechanism.initial)}`;
  const withCommand = initial && first !== '' && name.length + first.length + 2 <= MAX_COMMAND;
  yield* send(withCommand ? name + first : name, withCommand ? `${name} ***` : undefined);
  const answer = turns(host, mechanism, withCommand);
  let owed = mechanism.initial !== null && !withCommand;
  for (let given = ''; given !== '*';) {
    const bytes = yield* line();
    const challenge = challengeIn(bytes, mechanism.complete && !owed);
    if (challenge === null) {
      const status = statusIn(host, name, bytes);
      if (status.ok) mechanism.confirm();
      return { status, mechanism };
    }
    owed = false;
    const { text, shown } = answer(challenge);
    given = text;
    yield* send(text, shown);
  }
  return { status: yield* readStatus(host, name), mechanism };
}

/** What follows the `+`, or null where the line is an answer; `final`: only an answer is due. */
function challengeIn(bytes: Buffer, final: boolean): string | null {
  const status = parseStatus(bytes);
  if (status !== null) return status.ok && !final ? status.text : null;
  return bytes[0] === 0x2b ? bytes.toString('latin1', 1).trim() : null;
}
