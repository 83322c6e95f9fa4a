// What was sent and must not be seen: some servers repeat a command that they do not understand, password and all. What
// they say is therefore shown, in traces and in errors, without the words that were secret on the way there.
import { MailError, textOf } from '../model/error.ts';
import { NAME } from '../protocol/dialogue.ts';
import { decodeText } from '../protocol/text.ts';

/** A shorter word stands in any text by chance; as a whole password it is hidden where it stands alone. */
const SHORTEST = 4;

/** The secret words of one connection. */
export class Secrets {
  readonly #words = new Set<string>();
  /** Of words with marks in them, at which no text can be taken apart: each run of so many characters. */
  readonly #runs = new Set<string>();
  /** Passwords of less than SHORTEST characters, each for a place between characters that are of no word. */
  readonly #short = new Map<string, RegExp>();

  /** `sent` is secret but for the words of `shown`. */
  note(sent: Buffer, shown: string): void {
    if (shown === NAME) return;
    const open = new Set(wordsOf(shown));
    const words = wordsOf(decodeText(sent));
    const all = [...words, ...words.flatMap(within)];
    const hidden = words.filter((word) => word !== '' && !open.has(word));
    // The password comes last, or is in what does.
    for (const word of hidden.slice(-1).flatMap((one) => [one, ...within(one)])) this.#noteShort(word);
    // In another charset a server's line shows the rest as other letters, and these as they are.
    const ascii = all.flatMap((word) => word.match(/[\x20-\x7e]{6,}/g) ?? []);
    for (const word of [...all, ...ascii]) {
      if (word.length < SHORTEST || open.has(word)) continue;
      for (const form of formsOf(word)) {
        this.#words.add(form);
        if (MARKS.test(form))
          for (let at = 0; at + RUN <= form.length; at++) this.#runs.add(form.slice(at, at + RUN));
      }
    }
  }

  /** `text` with `***` for each secret word, and for each part of one: a server may break its lines in the middle of it. */
  hide(text: string): string {
    if (this.#words.size + this.#short.size === 0) return text;
    let hidden = text;
    for (const word of this.#words) hidden = hidden.replaceAll(word, '***');
    for (const alone of this.#short.values()) hidden = hidden.replace(alone, '***');
    return this.#withoutRuns(hidden).replace(PARTS, (part) => (this.#isPart(part) ? '***' : part));
  }

  #withoutRuns(text: string): string {
    if (this.#runs.size === 0) return text;
    let told = '';
    for (let at = 0, end = 0; at < text.length; at++) {
      if (this.#runs.has(text.slice(at, at + RUN))) {
        if (end <= at) told += '***';
        end = at + RUN;
      }
      if (end <= at) told += text[at];
    }
    return told;
  }

  #noteShort(word: string): void {
    if (word === '' || word.length >= SHORTEST) return;
    const plain = word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    this.#short.set(word, new RegExp(String.raw`(?<![\p{L}\p{N}])${plain}(?![\p{L}\p{N}])`, 'gu'));
  }

  #isPart(part: string): boolean {
    for (const word of this.#words) if (word.length > part.length && word.includes(part)) return true;
    return false;
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

/** A word as a server, or a program behind it, may write it down: as it is, in a URL or a form, in JSON, in BASE64. */
function formsOf(word: string): string[] {
  // A lone surrogate has no octets, and no URL.
  const bytes = Buffer.from(word);
  const url = encodeURIComponent(bytes.toString());
  const percent = [...bytes].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  return [
    word,
    ...[url, percent].flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()]),
    JSON.stringify(word).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** What may be a part of a secret, also where a long answer was cut (`…`); a shorter one tells little, and stands in many a word. */
const RUN = 6;
const PARTS = /[^\s:"'<>()[\],;*…]{6,}/g;
const MARKS = /[:"'<>()[\],;*]/;

/** What a server may say in place of `word`: without the quoting of IMAP (RFC 9051 §4.3), or what SASL has encoded in it. */
function within(word: string): string[] {
  const bare = word.replace(/\\(["\\])/g, '$1');
  return ENCODED.test(word) ? [bare, ...secretsIn(Buffer.from(word, 'base64').toString('utf8'))] : [bare];
}

/** What of an answer in SASL is secret: the name in it is not, which servers say in refusals that have to be understood. */
function secretsIn(said: string): string[] {
  // RFC 4616 §2: the password is what comes last
  if (said.includes('\0')) return phrase(said.slice(said.lastIndexOf('\0') + 1));
  // RFC 7628 §3.1: a token among fields, behind its scheme
  if (said.includes('\x01')) return /auth=Bearer ([^\x01]+)/.exec(said)?.slice(1) ?? [];
  // RFC 2195 §2: a digest behind the name
  const digest = /^\S+ ([0-9a-f]{16,})$/.exec(said)?.[1];
  if (digest !== undefined) return [digest];
  // RFC 5802 §5.1: a proof, by which the password can be guessed; the first message has none
  if (/^[nyp][,=]/.test(said)) return [];
  const proof = /^c=[^,]*,r=.*,p=([^,]+)$/.exec(said)?.[1];
  return proof === undefined ? phrase(said) : [proof];
}

/** A password, and its words. */
function phrase(password: string): string[] {
  return [password, ...wordsOf(password)];
}

/** Words without the quotes around them. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).map((word) => word.replace(/^"|"$/g, ''));
}
