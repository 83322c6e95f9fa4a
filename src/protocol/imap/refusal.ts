// What a NO, a BAD or a BYE means: for now, for good, or the login. Response codes decide; where there is none, a few
// sentences of known servers do, and then the command.
import { MailError } from '../../model/error.ts';
import { HASTE, LOGIN_REPLIES } from '../login-replies.ts';
import { meaningOf, type KnownReply } from '../replies.ts';
import { clip } from '../text.ts';
import type { Answer } from './exchange.ts';
import { CODES, FILING, OTHERWISE, REPLIES } from './replies.ts';
import type { Status } from './response.ts';

/**
 * The MailError for a command that was answered NO or BAD. `label` names it for the person (`EXAMINE "INBOX"`), `phase`
 * tells whether it was the login.
 */
export function refusal(host: string, label: string, phase: string, answer: Answer): MailError {
  const login = phase === 'auth';
  const words = [answer.text, ...answer.warnings].join(' ').trim();
  const otherwise = login && answer.word === 'NO' ? OTHERWISE.login : OTHERWISE.command;
  const said = { host, code: answer.code?.name, words };
  const text = textOf(answer);
  const { codes, rows } = phase === 'append' ? APPENDING : { codes: CODES, rows: rowsFor(login) };
  return new MailError({
    ...meaningOf(said, codes, rows, otherwise),
    message: `IMAP ${label} refused by ${host}${text === '' ? '' : `: ${text}`}`,
    phase,
    code: answer.code?.name,
    cause: new Error(clip(words)),
  });
}

/** The MailError for a BYE during `name`: the session is over, and a new one may do. */
export function farewell(host: string, name: string, status: Status, phase: string | undefined): MailError {
  const login = phase === 'auth';
  const said = { host, code: status.code?.name, words: status.text };
  const { kind, after, hint } = meaningOf(said, CODES, rowsFor(login), { kind: 'closed', retry: 'now' });
  const busy = kind === 'busy';
  // A login that ends so is not tried again at once: it would look like an attack.
  const later = busy || login || phase === 'greeting';
  const text = textOf(status);
  return new MailError({
    kind: busy || phase === 'greeting' ? 'busy' : 'closed',
    retry: later ? 'later' : 'now',
    after,
    message: `IMAP ${name} ended by ${host} with BYE${text === '' ? '' : `: ${text}`}`,
    phase,
    code: status.code?.name,
    hint,
    cause: new Error(text),
  });
}

function rowsFor(login: boolean): readonly KnownReply[] {
  return login ? LOGIN_REPLIES : OUTSIDE;
}

const OUTSIDE: readonly KnownReply[] = [...REPLIES, ...HASTE];
const APPENDING = { codes: FILING.codes, rows: [...FILING.rows, ...HASTE] };

/** What a status says, or its code where it says nothing. */
function textOf({ text, code }: Status): string {
  return clip(text === '' && code !== null ? `[${`${code.name} ${code.rest}`.trim()}]` : text);
}
