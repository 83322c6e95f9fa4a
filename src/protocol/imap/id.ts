// Who we are, and who the server is (RFC 2971 §3.1). It tells nothing worth having, but NetEase opens no folder for those
// who did not say it after their login (I-001, I-002).
import type { Dialogue } from '../dialogue.ts';
import { decodeText } from '../text.ts';
import { quotedAscii } from './astring.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';
import { isList, isText, Values } from './value.ts';
import type { Text } from './value.ts';

/** Fields for ID in order, `name`, `version`, `vendor`, `support-email` …; printable ASCII. At least one. */
export type Identity = Readonly<Record<string, string>>;

/**
 * Sends ID; only after the login, and where it is advertised. Returns the server's own fields (names in lower case), null
 * where it refuses, which is never an error (I-100). Throws MailError as `exchange` does.
 */
export function* id(
  host: string,
  tags: Tags,
  identity: Identity,
): Dialogue<ReadonlyMap<string, string> | null> {
  const said = Object.entries(identity).slice(0, 30); // RFC 2971 §3.3
  const list = said.map(([name, value]) => `${quotedAscii(name.slice(0, 30))} ${quotedAscii(value)}`);
  const told = new Map<string, string>();
  const answer = yield* exchange(
    host,
    tags,
    { name: 'ID', pieces: [`ID (${list.join(' ')})`] },
    {
      data: (data) => {
        const start = /^\*[ \t]+ID[ \t]+/i.exec(data.text)?.[0].length;
        const fields = start === undefined ? null : new Values(data, start).next();
        if (!isList(fields)) return;
        for (let at = 0; at + 1 < fields.length && at < 60; at += 2) {
          const [name, value] = [fields[at], fields[at + 1]];
          if (isText(name) && isText(value)) told.set(readable(name).toLowerCase(), readable(value));
        }
      },
    },
  );
  return answer.word === 'OK' ? told : null;
}

function readable({ text }: Text): string {
  return decodeText(Buffer.from(text, 'latin1'));
}
