// Messages, octet for octet, from the server to their sinks (RFC 9051 §6.4.5), by several commands in flight. Every sink
// that is opened is completed or abandoned, and what was completed stays so whatever comes after it.
import type { UidValidity } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { Bodies } from './bodies.ts';
import type { BodyReceiver, BodyWish } from './bodies.ts';
import { exchanges } from './exchange.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/**
 * Fetches the bodies of wishes into `receiver`, at most `window` in flight, until `next` has none and all have ended. With
 * `validity`, that of the open folder, a change of it ends it all. Throws MailError for BYE, for what breaks the protocol,
 * and for what the driver and the sinks throw; sinks still open are abandoned then, and what was completed stays so.
 */
export function* uidFetchBodies(
  host: string,
  tags: Tags,
  window: number,
  next: () => BodyWish | undefined,
  receiver: BodyReceiver,
  validity?: UidValidity,
  gmail: boolean = false,
): Dialogue<void> {
  const bodies = new Bodies(host, next, receiver, gmail);
  try {
    yield* exchanges(
      host,
      tags,
      window,
      {
        name: 'UID FETCH',
        phase: 'fetch',
        next: () => bodies.nextCommand(),
        answered: ({ fetch }, answer) => bodies.answered(fetch, answer),
      },
      {
        status: watchValidity(host, validity),
        open: (octets) => bodies.open(octets),
        data: (data) => bodies.take(data),
      },
    );
  } finally {
    bodies.abandonAll();
  }
}
