// A message's headers, attachments and places as lines for a person; nothing in them can steer a terminal.
import { told } from '../chinese/told.ts';
import { octets } from '../runtime/octets.ts';
import type { OpenMessage } from '../read/open-message.ts';
import type { Language } from '../web/language.ts';
import { messageWords } from '../web/words/message.ts';
import { padded, safeLine } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { localTime } from './times.ts';
import stringWidth from 'string-width';

/** From, To, Cc, Bcc, Date, Subject and Message-ID, as far as the message has them. */
export function headerLines(
  { hit, cc, bcc, messageId }: OpenMessage,
  paint: Paint,
  language: Language,
): string[] {
  const words = messageWords[language];
  const rows: readonly (readonly [string, string])[] = [
    [words.from, hit.from],
    [words.to, hit.to],
    [words.cc, cc],
    [words.bcc, bcc],
    [words.date, localTime(hit.date, true).trim()],
    [SUBJECT[language], hit.subject],
    [words.messageId, messageId ?? ''],
  ];
  const [colon, left] = language === 'zh' ? ['：', 13] : [':', 12];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const line = safeLine(value);
      return `${paint.dim(padded(`${name}${colon}`, left))}${name === SUBJECT[language] ? paint.bold(line) : line}`;
    });
}

const SUBJECT: Readonly<Record<Language, string>> = { en: 'Subject', zh: '主题' };

/** The attachments with the numbers that --attachment takes; none: no lines. */
export function attachmentLines(
  { attachments, partly }: OpenMessage,
  paint: Paint,
  language: Language,
): string[] {
  const words = messageWords[language];
  const names = attachments.map(({ name }) => safeLine(name === '' ? words.noName : name));
  const width = Math.max(0, ...names.map((name) => stringWidth(name)));
  const lines = attachments.map(({ type, size }, index) => {
    const number = String(index + 1).padStart(3);
    return `${number}  ${padded(names[index] ?? '', width)}  ${safeLine(type)}  ${octets(size)}`;
  });
  const why =
    language === 'en'
      ? `Not all of it could be read: ${partly}`
      : `${words.partly}${told(partly ?? '', language)}`;
  return [
    ...(partly === null ? [] : [paint.yellow(safeLine(why)), '']),
    ...(lines.length === 0 ? [] : [paint.dim(words.attachments), ...lines, '']),
  ];
}

/** Account, folder, key, flags and labels of each place, and the file. */
export function placeLines({ hit, file }: OpenMessage, paint: Paint, language: Language): string[] {
  const words = messageWords[language];
  const places = hit.locations.map((place) => {
    const key = 'uid' in place ? `UID ${place.uid}` : `UIDL ${place.uidl}`;
    const gone = place.gone === null ? '' : `, ${words.goneSince(localTime(place.gone, false))}`;
    const flags = place.flags.length === 0 ? '' : `  ${place.flags.join(' ')}`;
    const labels = place.labels === undefined ? '' : labelText(place.labels);
    return safeLine(`  ${place.account}  ${place.folder}  ${key}${gone}${flags}${labels}`);
  });
  return [
    paint.dim(words.places),
    ...places,
    `  ${file}  (${octets(hit.size)})`,
    paint.dim(`  id ${hit.id}`),
  ];
}

/** Labels may hold spaces. */
function labelText(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `  [${labels.join('] [')}]`;
}
