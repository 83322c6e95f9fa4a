// Where an account's own folders begin (RFC 2342 §5): on some servers all of them lie below INBOX, and a new one at the top
// is refused.
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';
import { isList, isText, Values } from './value.ts';
import type { Value } from './value.ts';

/** The first personal namespace. */
export interface Namespace {
  /** What stands before the name of a new folder, octets as latin1: `INBOX.`; empty: nothing. */
  readonly prefix: string;
  /** One character; null: no hierarchy. */
  readonly delimiter: string | null;
}

/** Asks for it; null where the server refuses, or says nothing that can be read. Throws as `exchange` does. */
export function* namespace(host: string, tags: Tags): Dialogue<Namespace | null> {
  let found: Namespace | null = null;
  yield* exchange(
    host,
    tags,
    { name: 'NAMESPACE', pieces: ['NAMESPACE'] },
    {
      data: (data) => {
        const start = /^\*[ \t]+NAMESPACE[ \t]+/i.exec(data.text)?.[0].length;
        if (start !== undefined) found ??= firstOf(new Values(data, start).next());
      },
    },
  );
  return found;
}

/** `(("INBOX." "."))`; NIL: there is none. */
function firstOf(personal: Value | undefined): Namespace | null {
  const first = isList(personal) ? personal[0] : undefined;
  if (!isList(first)) return null;
  const [prefix, delimiter] = first;
  if (!isText(prefix)) return null;
  return {
    prefix: prefix.text,
    delimiter: isText(delimiter) && delimiter.text !== '' ? delimiter.text.slice(0, 1) : null,
  };
}
