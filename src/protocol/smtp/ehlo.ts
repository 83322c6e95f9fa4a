// Who we are, and what the server can do (RFC 5321 §4.1.1.1); a server that knows no EHLO is greeted with HELO.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { avoiding } from './avoiding.ts';
import { exchange } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** What EHLO told. */
export interface Extensions {
  /** False after the fall-back to HELO: nothing is known then. */
  readonly esmtp: boolean;
  /** Upper-case keyword → its parameters as sent, `''` where it has none. */
  readonly keywords: ReadonlyMap<string, string>;
  /** Upper-case mechanisms of `AUTH` and of the old form `AUTH=`, united (S-001). */
  readonly auth: ReadonlySet<string>;
  /** The largest message in octets (RFC 1870 §4); null where the server sets no limit or tells none. */
  readonly size: number | null;
}

/** RFC 5321 §4.2.4: how servers say that they do not know a command; 550 is one server's own way (S-010). */
const NO_EHLO: ReadonlySet<number> = new Set([500, 501, 502, 504, 550]);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Introduces us as `name`, a host name or an address literal such as `[192.0.2.1]`. To be said once at the start and once
 * after STARTTLS, never after a login (S-011). `without` are keywords that this host offers and breaks: they count as not
 * offered, and `EHLO` among them says HELO at once. Throws MailError with phase `ehlo`; `avoid: EHLO` where the server hung up
 * on it (S-010); `config` where `name` is no name.
 */
export function* ehlo(
  host: string,
  name: string,
  without: ReadonlySet<string> = NOTHING,
): Dialogue<Extensions> {
  if (!/^[\x21-\x7e]{1,255}$/.test(name)) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message:
        'the name of this machine cannot be said in EHLO: it is empty, or holds spaces or other than ASCII',
      phase: 'ehlo',
    });
  }
  if (without.has('EHLO')) return yield* helo(host, name);
  const hungUp = (error: MailError): boolean => error.kind === 'closed';
  const reply = yield* avoiding('EHLO', hungUp, exchange(host, 'ehlo', `EHLO ${name}`));
  if (reply.code === 250) return extensionsOf(reply, without);
  if (!NO_EHLO.has(reply.code)) throw refusal(host, 'ehlo', 'EHLO', reply);
  return yield* helo(host, name);
}

function* helo(host: string, name: string): Dialogue<Extensions> {
  const reply = yield* exchange(host, 'ehlo', `HELO ${name}`);
  if (reply.code === 250) return { esmtp: false, keywords: new Map(), auth: new Set(), size: null };
  throw refusal(host, 'ehlo', 'HELO', reply);
}

function extensionsOf(reply: Reply, without: ReadonlySet<string>): Extensions {
  const keywords = new Map<string, string>();
  const auth = new Set<string>();
  // The first line is the server's name (RFC 5321 §4.1.1.1).
  for (const text of reply.lines.slice(1)) {
    const [, keyword, parameters = ''] = /^([^\s=]+)[\s=]*(.*)$/.exec(text.trim()) ?? [];
    if (keyword === undefined) continue;
    const name = keyword.toUpperCase();
    if (without.has(name)) continue;
    keywords.set(name, parameters === '' ? (keywords.get(name) ?? '') : parameters);
    if (name !== 'AUTH') continue;
    for (const mechanism of parameters.split(/[\s,=]+/)) {
      if (mechanism !== '') auth.add(mechanism.toUpperCase());
    }
  }
  return { esmtp: true, keywords, auth, size: sizeOf(keywords.get('SIZE')) };
}

/** RFC 1870 §4: 0, or no number, sets no fixed limit. */
function sizeOf(parameter: string | undefined): number | null {
  return parameter !== undefined && /^\d{1,15}$/.test(parameter) && Number(parameter) > 0
    ? Number(parameter)
    : null;
}
