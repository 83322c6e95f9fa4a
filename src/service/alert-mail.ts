// PURE: the mail that tells of alerts: through which account it may go, and what it says. It never goes by an account that it is
// about, and is marked so that nobody's vacation answers it.
import type { Account } from '../model/account.ts';
import type { AlertEvent, OpenAlert } from './alert.ts';

/** Mails in 24 hours at most; what came later waits, and goes together. */
export const MAILS_A_DAY = 10;

/** Whom to choose from. */
export interface Mailers {
  readonly accounts: readonly Account[];
  /** Accounts that are stale, or whose login is refused, are not asked. */
  readonly open: readonly OpenAlert[];
  /** Accounts that make no connection now. */
  readonly paused: ReadonlySet<string>;
}

/** One letter. */
export interface Carried {
  readonly account: Account;
  readonly events: readonly AlertEvent[];
}

/** Who carries what: all in one letter where an account may, else a letter for each. What nobody may carry is left out. */
export function lettersFor(events: readonly AlertEvent[], mailers: Mailers): Carried[] {
  if (events.length === 0) return [];
  const all = mailerFor(events, mailers);
  if (all !== undefined) return [{ account: all, events }];
  return events.flatMap((event) => {
    const account = mailerFor([event], mailers);
    return account === undefined ? [] : [{ account, events: [event] }];
  });
}

/** An account that works, and about which none of `events` is; undefined where there is none. */
function mailerFor(events: readonly AlertEvent[], { accounts, open, paused }: Mailers): Account | undefined {
  const failing = open.filter(({ kind }) => kind === 'login' || kind === 'stale');
  const unfit = new Set([...events, ...failing].map(({ account }) => account));
  return accounts.find(({ name, send }) => send !== undefined && !unfit.has(name) && !paused.has(name));
}

/** What a letter is made of. `at` in milliseconds since 1970; `id` is unique. */
interface LetterParts {
  readonly from: string;
  readonly to: string;
  readonly host: string;
  readonly events: readonly AlertEvent[];
  readonly at: number;
  readonly id: string;
}

/** The letter, with CRLF at its line ends. At least one event. */
export function alertLetter({ from, to, host, events, at, id }: LetterParts): string {
  const body = [
    ...events.map((event) => paragraph(event, 'en')),
    ...events.map((event) => paragraph(event, 'zh')),
    `mailkeep @ ${host} · \`mailkeep status\``,
  ].join('\r\n\r\n');
  return [
    `From: mailkeep <${from}>`,
    `To: <${to}>`,
    `Subject: ${encoded(subjectOf(events, host))}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    'Auto-Submitted: auto-generated', // RFC 3834 §5
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(`${body}\r\n`)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}

function subjectOf(events: readonly AlertEvent[], host: string): string {
  const [first] = events;
  const more = events.length > 1 ? ` (+${events.length - 1})` : '';
  const over = first?.event === 'end';
  const text = `${over ? 'over / 已恢复: ' : ''}${first?.message.en ?? ''}`;
  return `mailkeep ${host}: ${text.length > 120 ? `${text.slice(0, 117)}…` : text}${more}`;
}

function paragraph({ event, message, hint, since, at }: AlertEvent, language: 'en' | 'zh'): string {
  const text = message[language];
  const time = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
  if (event === 'end')
    return language === 'en'
      ? `OVER at ${time(at)} (since ${time(since)}): ${text}`
      : `已恢复（${time(since)} 至 ${time(at)}）：${text}`;
  return language === 'en'
    ? `ALERT since ${time(since)}: ${text}\r\n${hint.en}`
    : `告警（自 ${time(since)}）：${text}\r\n${hint.zh}`;
}

/** RFC 2047 §2: encoded words of 75 octets at most, none of which splits a character. */
function encoded(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}
