// What was sent and must not be seen: some servers repeat a command that they do not understand, password and all. What
// they say is therefore shown, in traces and in errors, without the words that were secret on the way there.
import { MailError, textOf } from '../model/error.ts';
import { decodeText } from '../protocol/text.ts';

/** A shorter word stands in any text by chance. */
const SHORTEST = 4;

/** The secret words of one connection. */
export class Secrets {
  readonly #words = new Set<string>();

  /** `sent` is secret but for the words of `shown`. */
  note(sent: Buffer, shown: string): void {
    const open = new Set(wordsOf(shown));
    for (const word of wordsOf(decodeText(sent))) {
      if (word.length >= SHORTEST && !open.has(word)) this.#words.add(word);
    }
  }

  /** `text` with `***` for each secret word. */
  hide(text: string): string {
    let hidden = text;
    for (const word of this.#words) hidden = hidden.replaceAll(word, '***');
    return hidden;
  }

  /** The error as it is, or, where it tells a secret, one like it that does not. */
  hideIn(error: MailError): MailError {
    const { kind, retry, hint, after, phase, code, avoid, cause } = error;
    const message = this.hide(error.message);
    const said = this.hide(textOf(cause));
    if (message === error.message && said === textOf(cause)) return error;
    return new MailError({ kind, retry, message, hint, after, phase, code, avoid, cause: new Error(said) });
  }
}

/** Words without the quotes around them. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).map((word) => word.replace(/^"|"$/g, ''));
}
