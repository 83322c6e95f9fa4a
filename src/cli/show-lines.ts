// A message's headers, attachments and places as lines for a person; nothing in them can steer a terminal.
import { octets } from '../runtime/octets.ts';
import type { OpenMessage } from '../read/open-message.ts';
import { padded, safeLine } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { localTime } from './times.ts';
import stringWidth from 'string-width';

/** From, To, Cc, Bcc, Date, Subject and Message-ID, as far as the message has them. */
export function headerLines({ hit, cc, bcc, messageId }: OpenMessage, paint: Paint): string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['From', hit.from],
    ['To', hit.to],
    ['Cc', cc],
    ['Bcc', bcc],
    ['Date', localTime(hit.date, true).trim()],
    ['Subject', hit.subject],
    ['Message-ID', messageId ?? ''],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      const line = safeLine(value);
      return `${paint.dim(padded(`${name}:`, 12))}${name === 'Subject' ? paint.bold(line) : line}`;
    });
}

/** The attachments with the numbers that --attachment takes; none: no lines. */
export function attachmentLines({ attachments, partly }: OpenMessage, paint: Paint): string[] {
  const names = attachments.map(({ name }) => safeLine(name === '' ? '(no name)' : name));
  const width = Math.max(0, ...names.map((name) => stringWidth(name)));
  const lines = attachments.map(({ type, size }, index) => {
    const number = String(index + 1).padStart(3);
    return `${number}  ${padded(names[index] ?? '', width)}  ${safeLine(type)}  ${octets(size)}`;
  });
  return [
    ...(partly === null ? [] : [paint.yellow(`Not all of it could be read: ${safeLine(partly)}`), '']),
    ...(lines.length === 0 ? [] : [paint.dim('Attachments'), ...lines, '']),
  ];
}

/** Account, folder, key, flags and labels of each place, and the file. */
export function placeLines({ hit, file }: OpenMessage, paint: Paint): string[] {
  const places = hit.locations.map((place) => {
    const key = 'uid' in place ? `UID ${place.uid}` : `UIDL ${place.uidl}`;
    const gone = place.gone === null ? '' : `, gone since ${localTime(place.gone, false)}`;
    const flags = place.flags.length === 0 ? '' : `  ${place.flags.join(' ')}`;
    const labels = place.labels === undefined ? '' : labelText(place.labels);
    return safeLine(`  ${place.account}  ${place.folder}  ${key}${gone}${flags}${labels}`);
  });
  return [
    paint.dim('Where it lies'),
    ...places,
    `  ${file}  (${octets(hit.size)})`,
    paint.dim(`  id ${hit.id}`),
  ];
}

/** Labels may hold spaces. */
function labelText(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `  [${labels.join('] [')}]`;
}
