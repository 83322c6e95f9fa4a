// PURE: what a message says of another one that was sent: a report of a mail server (RFC 3464), or one that only people were
// meant to read. It counts only where it names the Message-ID, which nobody else knows.

/** What it says about one address. */
export interface Told {
  readonly address: string;
  /** `failed`: the server took the message and could not bring it there. `taken`: it is on its way, or has arrived. */
  readonly what: 'failed' | 'taken';
  /** The words of the report, one line. */
  readonly text: string;
}

/** What a message is judged by. */
export interface Post {
  /** All of it, or as much as was read. */
  readonly text: string;
  readonly sender: string;
  readonly subject: string;
}

/**
 * What `post` tells of the message with `messageId` (with its angle brackets) about those of `addresses` that it names; null
 * where it is no report of it. A report that names none of them tells nothing.
 */
export function readReport(
  { text, sender, subject }: Post,
  messageId: string,
  addresses: readonly string[],
): readonly Told[] | null {
  if (!text.includes(messageId) && !text.includes(`Original-Envelope-Id: ${messageId.slice(1, -1)}`))
    return null;
  const formal = /^content-type:[^\n]*\bmessage\/(?:global-)?delivery-status/im.test(text);
  if (formal) return formalOf(text, addresses);
  return SYSTEMS.test(sender) ? informalOf(text, subject, addresses) : null;
}

/** RFC 3464 §2.3: a group of fields for each recipient, with an empty line between. */
function formalOf(text: string, addresses: readonly string[]): Told[] {
  const groups = text.replaceAll('\r', '').split(/\n\n+/);
  return groups.flatMap((group): Told[] => {
    const fields = group.replace(/\n[ \t]+/g, ' ');
    const [, action = ''] = /^action:\s*([a-z]+)/im.exec(fields) ?? [];
    const named = ['original-recipient', 'final-recipient'].map(
      (name) => new RegExp(`^${name}:[^;\\n]*;\\s*<?([^\\s>;]+)`, 'im').exec(fields)?.[1] ?? '',
    );
    const address = addresses.find((one) => named.some((name) => isSame(name, one)));
    const what = ACTIONS[action.toLowerCase()];
    if (address === undefined || what === undefined) return [];
    const [, status = ''] = /^status:\s*(\S+)/im.exec(fields) ?? [];
    const [, words = ''] = /^diagnostic-code:\s*(?:[\w-]+;)?\s*([^\n]*)/im.exec(fields) ?? [];
    return [{ address, what, text: clip(words === '' ? `${action} ${status}` : words) }];
  });
}

/** RFC 3464 §2.3.3. */
const ACTIONS: Readonly<Record<string, Told['what']>> = {
  failed: 'failed',
  delayed: 'taken',
  delivered: 'taken',
  relayed: 'taken',
  expanded: 'taken',
};

/** Who writes reports: the names that mail systems give themselves. */
const SYSTEMS = /mailer-?daemon|postmaster|mail delivery|mail[- ]?system|qmail|系统退信|退信/i;
const WAITING = /\b(delay|delayed|warning|will (be )?retr|still being)|延迟|推迟|暂未/i;

/** What stands above the message that comes back names those whom it did not reach. */
function informalOf(text: string, subject: string, addresses: readonly string[]): Told[] {
  const own = text.slice(0, startOfReturned(text));
  const what = WAITING.test(subject) ? 'taken' : 'failed';
  return addresses
    .filter((address) => names(own, address))
    .map((address) => ({ address, what, text: clip(`${subject}: ${lineWith(own, address)}`) }));
}

/** Where the returned message, or its header, begins: at a part of its own, or below a line that says so. */
function startOfReturned(text: string): number {
  const head = /\r?\n\r?\n/.exec(text)?.index ?? 0;
  const below = text.slice(head);
  const at =
    /^(content-type:\s*(message\/rfc822|text\/rfc822)|-{2,}.*(copy|original|below this line))/im.exec(below);
  return at === null ? text.length : head + at.index;
}

function lineWith(text: string, address: string): string {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => names(line, address) && !/^(to|x-\S+|final|original)/i.test(line));
  return `${lines[at] ?? ''} ${lines[at + 1] ?? ''}`.trim();
}

/** True where `text` has this address, and not only one that ends or begins with it: `joann@x.test` is not `ann@x.test`. */
export function names(text: string, address: string): boolean {
  const literal = address.replace(/[^\w@]/g, '\\$&');
  return new RegExp(`(?<![\\w.+-])${literal}(?![\\w-]|\\.\\w)`, 'i').test(text);
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function clip(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)} …` : line;
}
