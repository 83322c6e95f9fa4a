// Plays a transcript whose dialogue must fail, whole and in pieces: the failure must not depend on packet bounds either.
import assert from 'node:assert/strict';
import { MailError } from '../../src/model/error.ts';
import type { Came, Dialogue } from '../../src/protocol/dialogue.ts';
import { play } from './transcript.ts';

/** The MailError with which every play of `text` ends. `make` builds a new dialogue. */
export async function refusalOf(text: string, make: () => Dialogue<unknown>): Promise<MailError> {
  const errors: MailError[] = [];
  for (const size of [Infinity, 1, 2, 3, 7]) {
    const outcome = await play(text, make(), size).then(
      () => 'it did not fail',
      (thrown: unknown) => thrown,
    );
    if (!(outcome instanceof MailError))
      throw outcome instanceof Error ? outcome : new Error(String(outcome));
    errors.push(outcome);
  }
  const [first, ...others] = errors;
  assert.ok(first !== undefined);
  for (const other of others)
    assert.deepEqual(facts(other), facts(first), 'the failure depends on the split');
  return first;
}

/** What a scheduler and a person see of an error. */
export function facts(error: MailError): Record<string, unknown> {
  const { kind, retry, message, hint, phase, code, avoid } = error;
  return { kind, retry, message, hint, phase, code, avoid };
}

/**
 * Drives `dialogue` by hand: `answers` are given in order to what it awaits, and then the connection is lost. Returns what
 * the dialogue returned or threw, and the octets that it sent.
 */
export function hangUpAfter(
  dialogue: Dialogue<unknown>,
  answers: readonly Came[],
): { readonly outcome: unknown; readonly sent: string } {
  let at = 0;
  const lost = new MailError({
    kind: 'closed',
    retry: 'now',
    message: 'mail.example:1 closed the connection',
  });
  let sent = '';
  try {
    let step = dialogue.next();
    while (step.done !== true) {
      const want = step.value;
      if (want.want === 'send') {
        sent += want.bytes.toString('latin1');
        step = dialogue.next();
      } else if (at < answers.length) {
        step = dialogue.next(answers[at++]);
      } else {
        step = dialogue.throw(lost);
      }
    }
    return { outcome: step.value, sent };
  } catch (thrown) {
    return { outcome: thrown, sent };
  }
}
