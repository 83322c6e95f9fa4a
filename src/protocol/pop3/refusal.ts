// What a -ERR means: for now, for good, or the login. Response codes decide (RFC 2449 §8, RFC 3206 §4); where there is
// none, the command does, and a few loose words.
import { MailError } from '../../model/error.ts';
import type { MailErrorKind, Retry } from '../../model/error.ts';
import { loginHint, saysLater } from '../login-hint.ts';
import { clip } from '../text.ts';
import { phaseOf } from './status.ts';
import type { Status } from './status.ts';

interface Meaning {
  readonly kind: MailErrorKind;
  readonly retry: Retry;
}

const BUSY: Meaning = { kind: 'busy', retry: 'later' };

const CODES: Readonly<Record<string, Meaning>> = {
  'IN-USE': BUSY, // RFC 2449 §8.1.2: the maildrop is locked by another session
  'LOGIN-DELAY': BUSY, // RFC 2449 §8.1.1: logged in too soon after the last time
  'SYS/TEMP': BUSY, // RFC 3206 §4
  'SYS/PERM': { kind: 'refused', retry: 'never' }, // RFC 3206 §4
  AUTH: { kind: 'auth', retry: 'never' }, // RFC 3206 §5: the credentials are wrong
};

/**
 * The MailError for a refused `name`. Without a code, `otherwise` holds; for anything but a single message the words may
 * still say that it is only haste or a lock.
 */
export function refusal(
  host: string,
  name: string,
  status: Status,
  otherwise: Meaning & { readonly hint?: string },
): MailError {
  const meaning = meaningOf(status, otherwise);
  const text = clip(status.text);
  return new MailError({
    ...meaning,
    message: `POP3 ${name} refused by ${host}${text === '' ? '' : `: ${text}`}`,
    after: meaning.kind === 'busy' ? waitIn(status) : undefined,
    phase: phaseOf(name),
    code: status.code ?? undefined,
    hint: meaning.kind === 'auth' ? (loginHint(status.text) ?? otherwise.hint) : undefined,
    cause: new Error(text),
  });
}

const TOO_OFTEN = /login limit|too (?:many|much|frequent|often)|duplicate login|频繁|太频|次数过多/i;
const MINUTE = 60_000;

/** How long to wait after haste: as the words say, else 15 minutes, which is what providers count by (P-048). Milliseconds. */
function waitIn({ code, text }: Status): number | undefined {
  if (code !== 'LOGIN-DELAY' && !TOO_OFTEN.test(text)) return undefined;
  const [, count, unit = ''] = /(\d{1,4})[ -]?(s(?:ec|\b)|m(?:in|\b)|秒|分)/i.exec(text) ?? [];
  if (count === undefined) return 15 * MINUTE;
  return Number(count) * (/^(?:s|秒)/i.test(unit) ? 1000 : MINUTE);
}

function meaningOf({ code, text }: Status, otherwise: Meaning): Meaning {
  const single = otherwise.kind === 'message';
  // RFC 2449 §8: codes are hierarchical, `SYS/TEMP/X` means what `SYS/TEMP` does
  const coded = Object.entries(CODES).find(([known]) => code === known || code?.startsWith(`${known}/`))?.[1];
  if (coded !== undefined) return single && coded.kind === 'refused' ? { ...coded, kind: 'message' } : coded;
  return !single && saysLater(text) ? BUSY : otherwise;
}
