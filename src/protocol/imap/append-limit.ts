// How large a message may be that goes into a folder (RFC 7889): for all folders alike, or asked for each of them. Who asks
// first sends no 30 MB in vain.
import type { WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { commandOf } from './astring.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/** The most octets of a message that is appended to `wire`; null where the server tells none. Throws as `exchange` does. */
export function* appendLimit(
  host: string,
  tags: Tags,
  capabilities: Capabilities,
  wire: WireName,
): Dialogue<number | null> {
  // RFC 7889 §3: APPENDLIMIT=n holds for every folder; §4: without a number each has its own
  for (const word of capabilities) {
    const [, limit] = /^APPENDLIMIT=(\d{1,15})$/.exec(word) ?? [];
    if (limit !== undefined) return Number(limit);
  }
  if (!capabilities.has('APPENDLIMIT')) return null;
  let told: number | null = null;
  const [first = '', ...rest] = commandOf('STATUS', [wire]);
  const last = rest.pop();
  const pieces = last === undefined ? [`${first} (APPENDLIMIT)`] : [first, ...rest, `${last} (APPENDLIMIT)`];
  // NIL means no limit, and a refusal tells nothing: the server will say so at the APPEND.
  yield* exchange(
    host,
    tags,
    { name: 'STATUS', pieces },
    {
      data: ({ text }) => {
        const [, limit] =
          /^\*[ \t]+STATUS\b.*\(.{0,200}\bAPPENDLIMIT (\d{1,15})\b[^()]*\)[ \t]*$/is.exec(text) ?? [];
        if (limit !== undefined) told = Number(limit);
      },
    },
  );
  return told;
}
