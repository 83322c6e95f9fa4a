// What a host offers and then breaks: the failure names it, so that whoever dials again leaves it out.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';

/** Plays `dialogue`; an error for which `breaks` holds, and which names nothing to avoid yet, says to avoid `keyword`. */
export function* avoiding<T>(
  keyword: string,
  breaks: (error: MailError) => boolean,
  dialogue: Dialogue<T>,
): Dialogue<T> {
  try {
    return yield* dialogue;
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.avoid !== undefined || !breaks(thrown)) throw thrown;
    const { kind, retry, message, hint, after, code, phase } = thrown;
    throw new MailError({ kind, retry, message, hint, after, code, phase, avoid: keyword, cause: thrown });
  }
}

/** True where a server did not say no, but fell silent, hung up or said nonsense: what it was asked may be to blame. */
export function fellOver({ kind }: MailError): boolean {
  return kind === 'closed' || kind === 'timeout' || kind === 'protocol';
}
