// PURE: a message of a program of this machine → one that can go out. Such programs write `From: root (Cron Daemon)` and
// `To: root`: names of this machine, which no server knows. They become the address of the account that sends, whose owner gets
// what was meant for root; real addresses stay as they are, and nobody sends under one that is not theirs.
import { parseAddresses } from './address.ts';
import { newestResent, ONLY_TO } from './envelope.ts';
import { type Field, fieldsNamed, splitHead, valueOf } from './header.ts';
import { asciiField } from './words.ts';

/** What is known beside the header. All is text, not octets. */
export interface Local {
  /** The address of the account that sends. */
  readonly address: string;
  /** Further names of this machine's domain: `localhost`, the host's. */
  readonly hosts: readonly string[];
  /** Recipients beside or instead of the header's. */
  readonly recipients: readonly string[];
  /** Those of the header get it too. */
  readonly fromHeader: boolean;
  /** The sender's name, where the header has none. */
  readonly fullName: string | null;
  /** Value of X-Mailkeep-Dsn; null: none. */
  readonly reports: string | null;
}

/**
 * The header of `bytes`, and where the body begins. A line that is no field ends it too: such programs forget the blank line, or
 * send a text alone. Undefined where more octets are needed, which there are unless this is `all`.
 */
export function localHead(
  bytes: Buffer,
  all: boolean,
): { readonly fields: readonly Field[]; readonly body: number } | undefined {
  // The line that begins a message in an mbox is no part of it.
  const start = bytes.subarray(0, 5).toString('latin1') === 'From ' ? bytes.indexOf('\n') + 1 : 0;
  for (let at = start; ;) {
    const feed = bytes.indexOf(LF, at);
    if (feed < 0 && !all) return undefined;
    const line = bytes.toString('latin1', at, feed < 0 ? bytes.length : feed);
    const blank = /^\r?$/.test(line);
    const field = /^[!-9;-~]+[ \t]*:/.test(line) || (at > start && /^[ \t]/.test(line));
    if (blank || !field || feed < 0) {
      const end = field && !blank ? bytes.length : at;
      const head = splitHead(bytes.subarray(start, end));
      const fields = 'refused' in head ? [] : head.fields;
      return { fields, body: blank ? (feed < 0 ? bytes.length : feed + 1) : end };
    }
    at = feed + 1;
  }
}

const LF = 0x0a;

/** The header with what it lacks, without its blank line; or why it cannot be. */
export function completed(fields: readonly Field[], local: Local): Buffer | { readonly refused: string } {
  const given = local.recipients.map(octetsOf);
  const to = [...given, ...(local.fromHeader ? namedIn(fields) : [])].map((one) => qualified(one, local));
  const read = parseAddresses(to.join(', '));
  if ('refused' in read) return { refused: `the recipients cannot be read: ${read.refused}` };
  if (read.addresses.length === 0) return { refused: 'nobody is to get it' };
  const addresses = read.addresses.map(octetsOf).join(',\r\n ');
  const lines = [
    `${title(ONLY_TO)}: ${addresses}`,
    ...(local.reports === null ? [] : [`X-Mailkeep-Dsn: ${octetsOf(local.reports)}`]),
    ...(['to', 'cc', 'bcc'].some((name) => fieldsNamed(fields, name).length > 0) ? [] : [`To: ${addresses}`]),
  ];
  const added = Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  const from = fieldsNamed(fields, 'from').length > 0 ? [] : [fromOf(local)];
  return Buffer.concat([added, ...from, ...fields.map((field) => rewritten(field, local))]);
}

/** A name beyond ASCII becomes encoded words, which every server takes. */
function fromOf({ fullName, address }: Local): Buffer {
  const name = fullName === null ? null : octetsOf(fullName);
  const raw = Buffer.from(`From: ${named(name, octetsOf(address))}\r\n`, 'latin1');
  return asciiField({ name: 'from', raw }) ?? raw;
}

/** Text as the octets of a header: UTF-8, one character of latin1 each, as all values of fields are here. */
function octetsOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The mailboxes of To, Cc and Bcc, as they stand; of the newest Resent block where it was resent: the others have had it. */
function namedIn(fields: readonly Field[]): string[] {
  const resent = newestResent(fields);
  const names = ['to', 'cc', 'bcc'].map((name) => (resent === undefined ? name : `resent-${name}`));
  return names.flatMap((name) => fieldsNamed(resent ?? fields, name).flatMap((one) => members(valueOf(one))));
}

function rewritten(field: Field, local: Local): Buffer {
  if (!/^(resent-)?(from|sender|reply-to|to|cc|bcc)$/.test(field.name)) return field.raw;
  const before = members(valueOf(field));
  const after = before.map((one) => qualified(one, local));
  if (after.every((one, at) => one === before[at])) return field.raw;
  const kept = field.name === 'from' ? `X-Original-From: ${valueOf(field)}\r\n` : '';
  return Buffer.from(`${kept}${title(field.name)}: ${after.join(',\r\n ')}\r\n`, 'latin1');
}

/** `mailbox` with the account's address, where it is a name of this machine; else as it is. */
function qualified(mailbox: string, { address: own, hosts }: Local): string {
  const address = octetsOf(own);
  const angle = /^(.*)<\s*([^<>@\s]+)(?:@([^<>@\s]+))?\s*>\s*$/.exec(mailbox);
  const bare = /^([A-Za-z0-9!#$%&'*+/=?^_{|}~.-]+)(?:@([A-Za-z0-9.-]+))?((?:\s*\([^()]*\))*)\s*$/.exec(
    mailbox,
  );
  const [local, domain] = angle === null ? [bare?.[1], bare?.[2]] : [angle[2], angle[3]];
  if (local === undefined || (domain !== undefined && !isHere(domain, hosts))) return mailbox;
  const name = angle === null ? mailbox : (angle[1] ?? '').trim();
  return /^(".*"|)$/.test(name) && name !== '' ? `${name} <${address}>` : named(name, address);
}

function isHere(domain: string, hosts: readonly string[]): boolean {
  const name = domain.toLowerCase();
  return (
    name === 'localhost' || name.endsWith('.localdomain') || hosts.some((host) => host.toLowerCase() === name)
  );
}

function named(name: string | null, address: string): string {
  if (name === null || name === '') return address;
  // RFC 5322 §3.2.4: a quoted string, with nothing in it that could end it.
  return `"${name.replace(/[\u0000-\u001f\u007f]/g, '').replace(/["\\]/g, '\\$&')}" <${address}>`;
}

/** Parts of an address list between commas that stand outside of quotes, comments and angle brackets. */
function members(value: string): string[] {
  const found: string[] = [];
  let from = 0;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(' || char === '<') depth++;
    else if (char === ')' || char === '>') depth--;
    else if (char === ',' && depth <= 0) {
      found.push(value.slice(from, at));
      from = at + 1;
    }
  }
  found.push(value.slice(from));
  return found.map((one) => one.trim()).filter((one) => one !== '');
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
