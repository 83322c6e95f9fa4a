// Are you there? (RFC 9051 §6.1.2)
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { refusal } from './refusal.ts';
import type { Tags } from './tags.ts';

/** Asks for nothing. Throws MailError where the server refuses even that. */
export function* noop(host: string, tags: Tags): Dialogue<void> {
  const answer = yield* exchange(host, tags, { name: 'NOOP', pieces: ['NOOP'] });
  if (answer.word !== 'OK') throw refusal(host, 'NOOP', 'noop', answer);
}
