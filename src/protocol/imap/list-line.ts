// One line of a LIST (RFC 9051 §7.3.1). A folder's name is data: kept octet for octet to be opened by, decoded only to be
// shown, and read from whatever servers make of the grammar (I-063, I-144 to I-147).
import type { WireName } from '../../model/ids.ts';
import type { Folder } from '../../model/mailbox.ts';
import { readableName } from './folder-name.ts';
import { LITERAL_MARK } from './response.ts';
import type { Data } from './response.ts';
import { isList, isText, unescape, Values } from './value.ts';

/** Reads a LIST response; undefined where `data` is something else. `utf8`: names are not in modified UTF-7. */
export function readFolder(data: Data, utf8: boolean): Folder | undefined {
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
    name: readableName(wire, utf8),
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
