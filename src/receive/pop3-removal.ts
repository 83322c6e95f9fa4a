// Deleting at a POP3 server: DELE marks, and QUIT removes what is marked (RFC 1939 §6). A name may be given to another
// message (P-012, P-039), so that each is looked at before it is marked: its name, its size, and its header or its octets.
import { headEnd } from '../archive/head.ts';
import { MailError } from '../model/error.ts';
import type { KnownKey } from '../index/positions.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import type { Dialogue } from '../protocol/dialogue.ts';
import { dele } from '../protocol/pop3/dele.ts';
import type { Ahead } from '../protocol/pop3/in-turn.ts';
import { listOne } from '../protocol/pop3/list.ts';
import { quit } from '../protocol/pop3/quit.ts';
import type { Asked } from '../protocol/pop3/retr.ts';
import { rset } from '../protocol/pop3/rset.ts';
import { stat } from '../protocol/pop3/stat.ts';
import { uidlOne } from '../protocol/pop3/uidl.ts';
import { headDigest } from './content-name.ts';
import { hashesOf } from './hashes-of.ts';
import { plainKey } from './plan.ts';
import { isSameSize } from './sort-out.ts';
import type { Doomed, Removal, Source } from './source.ts';

/** RFC 1939 §6: the messages are removed before QUIT is answered, which may take its time (P-036). Milliseconds. */
const UPDATE = 60_000;

/** Messages by their numbers in this session. */
export type Numbered = ReadonlyMap<number, Asked & { readonly key: RemoteKey }>;

/** What speaks against deleting these; `asked` are those of them that are there. */
export async function objections(
  connection: Connection,
  host: string,
  asked: Numbered,
  doomed: readonly Doomed[],
  source: Required<Pick<Source, 'heads' | 'fetch'>>,
): Promise<Map<KnownKey, string>> {
  const told = new Map<KnownKey, number | null>();
  for (const [number, { key, size }] of asked) {
    const name = await connection.converse(uidlOne(host, number));
    const now = await connection.converse(listOne(host, number));
    if (name === plainKey(key) && now === size) told.set(plainKey(key), size);
  }
  const there = doomed.filter(({ key }) => told.has(plainKey(key)));
  const stored = new Map(there.map((one) => [plainKey(one.key), one]));
  const alike = new Set<KnownKey>();
  await source.heads(
    there.map(({ key }) => key),
    (key, head) => {
      const plain = plainKey(key);
      const [one, size] = [stored.get(plain), told.get(plain)];
      if (head === null || one === undefined || size == null || !isSameSize(size, one.size)) return;
      if (headDigest(head.subarray(0, headEnd(head))) === one.head) alike.add(plain);
    },
  );
  // A header or a size that is not the same may be the server's lie (P-028, P-018), and what is stored may have been cut short
  // on its way: the whole message decides.
  const unlike = there.filter(({ key }) => !alike.has(plainKey(key)));
  const ids = await hashesOf(
    source,
    unlike.map(({ key }) => key),
  );
  const found = new Map<KnownKey, string>();
  for (const { key, id } of doomed) {
    const plain = plainKey(key);
    if (!told.has(plain)) found.set(plain, 'the server does not list it any more as it was');
    else if (!alike.has(plain) && ids.get(plain) !== id)
      found.set(plain, 'what the server holds under its name is not what is stored');
  }
  return found;
}

/**
 * Deletes, and ends the session; `held` is how many messages the maildrop showed. `play` plays a dialogue that may run ahead.
 * Throws MailError, and then has taken the marks back, as far as the server lets it.
 */
export async function remove(
  connection: Connection,
  host: string,
  asked: Numbered,
  held: number,
  play: (make: (ahead: Ahead) => Dialogue<number[]>) => Promise<number[]>,
): Promise<Removal> {
  const same: number[] = [];
  for (const [number, { key }] of asked)
    if ((await connection.converse(uidlOne(host, number))) === plainKey(key)) same.push(number);
  // Downwards: where a server deletes at once, against RFC 1939 §5, and numbers anew, what is still to be marked keeps its number.
  const downwards = same.toSorted((a, b) => b - a);
  const marked = await play((ahead) => dele(host, downwards, ahead));
  // RFC 1939 §5: STAT does not count what is marked. A server that has marked more than it was asked for is not to go on.
  const left = await connection.converse(stat(host));
  if (left !== null && left.count < held - marked.length) {
    // And no QUIT, without which nothing goes: it may have known no RSET.
    await connection.converse(rset(host));
    throw tooMuch(host, held - left.count, marked.length);
  }
  const answered = await connection.converse(quit(host, UPDATE));
  const ends = marked.flatMap((number) => asked.get(number)?.key ?? []);
  return answered ? { gone: ends, uncertain: [] } : { gone: [], uncertain: ends };
}

function tooMuch(host: string, marked: number, asked: number): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'later',
    message: `${host} marked ${marked} messages for deletion where ${asked} were asked for: the marks were taken back`,
    phase: 'dele',
  });
}
