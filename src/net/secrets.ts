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
    const words = wordsOf(decodeText(sent));
    for (const word of [...words, ...words.flatMap(within)]) {
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
    // What it means may be read from a cause that tells nothing.
    const told = said === textOf(cause) ? cause : new Error(said);
    return new MailError({ kind, retry, message, hint, after, phase, code, avoid, cause: told });
  }
}

/** BASE64 as SASL has it (RFC 4648 §4), with the octets of a text in it. */
const ENCODED = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A login name, as LOGIN and CRAM-MD5 encode it: servers name it in refusals that have to be understood. */
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s.]+$/;

/** What a server may say in place of `word`: without the quoting of IMAP (RFC 9051 §4.3), or what SASL has encoded in it. */
function within(word: string): string[] {
  const bare = word.replace(/\\(["\\])/g, '$1');
  if (!ENCODED.test(word)) return [bare];
  // RFC 4616 §2: the password is what comes last; RFC 7628 §3.1: a token among fields
  const octets = Buffer.from(word, 'base64');
  const said = decodeText(octets.subarray(octets.lastIndexOf(0) + 1));
  return [
    bare,
    ...said.split(/[\s\x01]+/).filter((field) => !/^(?:n,|\w+=)/.test(field) && !ADDRESS.test(field)),
  ];
}

/** Words without the quotes around them. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).map((word) => word.replace(/^"|"$/g, ''));
}
