// PURE: what a message asks of its sending by fields of its own, which never leave this machine: when, whether reports are
// wanted, whether every machine on the way has to use TLS. What is not understood is refused: a wish is not guessed at.
import { parseDate } from '../archive/mail-date.ts';
import type { Notify } from '../protocol/smtp/rcpt.ts';
import type { Refusal } from './envelope.ts';
import { type Field, fieldsNamed, valueOf } from './header.ts';

/** What is asked. */
export interface Wishes {
  /** Not before then; milliseconds since 1970. */
  readonly notBefore: number | null;
  /** The server may have it before that, and keep it until then, where it can (RFC 4865). */
  readonly atServer: boolean;
  /** The reports that are wanted (RFC 3461 §4.1). */
  readonly notify: readonly Notify[];
  /** What a report brings back. */
  readonly ret: 'FULL' | 'HDRS';
  /** TLS on the whole way, or a report that it cannot be (RFC 8689). */
  readonly requireTls: boolean;
}

/** A message that is not delivered, or late, is told of; the report brings only the header, for the message is kept here. */
const USUAL: Wishes = {
  notBefore: null,
  atServer: false,
  notify: ['FAILURE', 'DELAY'],
  ret: 'HDRS',
  requireTls: false,
};

const YEAR = 366 * 24 * 60 * 60_000;

/** The wishes in the header of a message that was dropped at `now`, or why they cannot be followed. */
export function wishesOf(fields: readonly Field[], now: number): Wishes | Refusal {
  let wishes = USUAL;
  for (const [name, read] of READERS) {
    const [field, second] = fieldsNamed(fields, name);
    if (field === undefined) continue;
    if (second !== undefined) return { refused: `there are two ${title(name)} fields` };
    const value = valueOf(field).replace(/[ \t]+/g, ' ');
    const wish = read(value, now);
    if (typeof wish === 'string') return { refused: `${title(name)} ${JSON.stringify(value)} ${wish}` };
    wishes = { ...wishes, ...wish };
  }
  // RFC 8689 §5: it says that a failing TLS policy of a recipient is not to stop the message.
  const lenient = fieldsNamed(fields, 'tls-required').some((field) => /^no$/i.test(valueOf(field)));
  return wishes.requireTls && lenient
    ? { refused: 'it asks for TLS by X-Mailkeep-Require-Tls, and says TLS-Required: No' }
    : wishes;
}

type Reader = (value: string, now: number) => Partial<Wishes> | string;

const READERS: readonly (readonly [name: string, read: Reader])[] = [
  ['x-mailkeep-send-at', sendAt],
  ['x-mailkeep-dsn', reports],
  ['x-mailkeep-require-tls', requireTls],
];

function sendAt(value: string, now: number): Partial<Wishes> | string {
  const [, text = '', server] = /^(.*?)( ?; ?server)?$/i.exec(value) ?? [];
  // Nobody can know whose clock a time without a zone means, or in one that is nowhere on Earth.
  const zoned = /\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|GMT|[+-](0\d|1[0-4]):?[0-5]\d)$/i.test(text);
  const time = zoned ? parseDate(Buffer.from(text, 'latin1')) : null;
  if (time === null) return 'is no time with its zone, such as 2026-12-24T08:00:00+08:00';
  if (time > now + YEAR) return 'is more than a year ahead';
  return { notBefore: time, atServer: server !== undefined };
}

const REPORTS: ReadonlyMap<string, Notify> = new Map([
  ['success', 'SUCCESS'],
  ['failure', 'FAILURE'],
  ['delay', 'DELAY'],
]);

function reports(value: string): Partial<Wishes> | string {
  const words = value.toLowerCase().split(/ ?[, ] ?/);
  const ret = words.includes('full') ? 'FULL' : 'HDRS';
  const kinds = words.filter((word) => word !== 'full');
  if (kinds.length === 1 && kinds[0] === 'never') return { notify: ['NEVER'], ret };
  const notify = kinds.map((word) => REPORTS.get(word));
  const known = notify.filter((kind) => kind !== undefined);
  if (known.length === 0 || known.length < notify.length) {
    return 'is not understood: say never, or some of success, failure, delay; and full for the whole message in reports';
  }
  return { notify: [...new Set(known)], ret };
}

function requireTls(value: string): Partial<Wishes> | string {
  return /^(yes|no)$/i.test(value) ? { requireTls: /^yes$/i.test(value) } : 'is neither yes nor no';
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
