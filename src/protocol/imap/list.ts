// All folders of an account (RFC 9051 §6.3.9). Their names are data: kept octet for octet to be opened by, decoded only to
// be shown, and read from whatever servers make of the grammar (I-063, I-144 to I-147).
import { MailError } from '../../model/error.ts';
import type { WireName } from '../../model/ids.ts';
import type { Folder } from '../../model/mailbox.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { readableName, readableNames } from './folder-name.ts';
import { refusal } from './refusal.ts';
import { LITERAL_MARK } from './response.ts';
import type { Data } from './response.ts';
import type { Tags } from './tags.ts';
import { isList, isText, unescape, Values } from './value.ts';

/** More folders than any account has. */
const MAX_FOLDERS = 100_000;

/**
 * Lists all folders, in the server's order, each once; no two have the same readable name. Throws MailError `protocol`
 * where not one was told: an empty account still has its INBOX (I-065).
 */
export function* list(host: string, tags: Tags): Dialogue<Folder[]> {
  const folders = new Map<WireName, Folder>();
  const answer = yield* exchange(
    host,
    tags,
    { name: 'LIST', pieces: ['LIST "" "*"'] },
    {
      data: (data) => {
        const folder = readFolder(data);
        if (folder === undefined) return;
        // I-126 and its like: told twice is one folder, with the attributes of both
        const before = folders.get(folder.wire)?.attributes ?? [];
        const attributes = [...new Set([...before, ...folder.attributes])];
        folders.set(folder.wire, { ...folder, attributes });
        if (folders.size > MAX_FOLDERS) throw unusable(host, `told more than ${MAX_FOLDERS} folders`);
      },
    },
  );
  if (answer.word !== 'OK') throw refusal(host, 'LIST', 'list', answer);
  if (folders.size === 0) throw unusable(host, 'told no folder, not even INBOX');
  return readableNames([...folders.values()]);
}

function readFolder(data: Data): Folder | undefined {
  const start = /^\*[ \t]+LIST[ \t]+/i.exec(data.text)?.[0].length;
  if (start === undefined) return undefined;
  const values = new Values(data, start);
  const attributes = values.next();
  if (!isList(attributes)) return undefined;
  const delimiter = values.next();
  const wire = wireName(values, data);
  if (wire === undefined || wire === '') return undefined; // the root alone, which is no folder
  return {
    wire: wire as WireName,
    name: readableName(wire),
    delimiter: delimiterOf(isText(delimiter) ? delimiter.text : delimiter),
    // I-101: a bare backslash; I-102: quoted attributes
    attributes: attributes
      .map((item) => (isText(item) ? item.text : item))
      .filter((item): item is string => typeof item === 'string' && item !== '\\'),
  };
}

/** I-147: NIL, or nothing in quotes, where there is no hierarchy. */
function delimiterOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 1) : null;
}

/** Data behind a name in an extended LIST (RFC 9051 §7.3.1), which we did not ask for. */
const EXTENDED = /^ *\( *"?[A-Z]+"? *\(/i;

/**
 * The name: a literal, a quoted string that ends where it should, or else simply the rest of the line: TABs, brackets,
 * parentheses, `NIL` and quotes that are not escaped are then part of it.
 */
function wireName(values: Values, data: Data): string | undefined {
  const rest = values.rest;
  if (rest.startsWith(LITERAL_MARK)) {
    const literal = values.next();
    return isText(literal) ? literal.text : undefined;
  }
  if (data.literals.length > 0 && rest.includes(LITERAL_MARK)) return undefined;
  const [whole, inQuotes] = /^"((?:[^"\\]|\\.)*)"(?=$| *\()/.exec(rest) ?? [];
  if (whole !== undefined && inQuotes !== undefined) {
    const behind = rest.slice(whole.length);
    if (behind === '' || EXTENDED.test(behind)) return unescape(inQuotes);
  }
  if (rest.startsWith('"')) return rest.endsWith('"') && rest.length > 1 ? rest.slice(1, -1) : rest;
  return rest.replace(/(?<! ) +\( *"?(?:CHILDINFO|OLDNAME)"? *\(.*$/i, '');
}

function unusable(host: string, what: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `IMAP LIST: ${host} ${what}`,
    phase: 'list',
  });
}
