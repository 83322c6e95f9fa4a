// A folder on the list of those that mail programs show (RFC 9051 §6.3.7): many show no other.
import type { WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { commandOf } from './astring.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/** Subscribes to `wire`; false where the server refuses. Throws as `exchange` does. */
export function* subscribe(host: string, tags: Tags, wire: WireName): Dialogue<boolean> {
  const answer = yield* exchange(host, tags, { name: 'SUBSCRIBE', pieces: commandOf('SUBSCRIBE', [wire]) });
  return answer.word === 'OK';
}
