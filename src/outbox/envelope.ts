// PURE: who sends a message and who gets it, read from its raw header alone. The newest Resent block decides, else
// Sender, else From; what is ambiguous is refused with a reason, before any server hears of it.
import type { Account } from '../model/account.ts';
import { addressKey, parseAddresses, sameAddress } from './address.ts';
import { type Field, fieldsNamed, valueOf } from './header.ts';

/** The envelope of a message. Addresses are `local@domain` with the domain in ASCII, never with a control character. */
export interface Envelope {
  readonly sender: string;
  /** At least one, each once, in the order of the header. */
  readonly recipients: readonly string[];
}

/** A sentence that a person understands, without a full stop. */
export interface Refusal {
  readonly refused: string;
}

/** More than any provider takes from a person. */
export const MAX_RECIPIENTS = 1000;

/** Names the recipients instead of To, Cc and Bcc; written into a half-failed message, so that the rest can be sent. */
export const ONLY_TO = 'x-mailkeep-only-to';

/** The envelope of a message with these header fields, or why it has none. */
export function envelopeOf(fields: readonly Field[]): Envelope | Refusal {
  const resent = newestResent(fields);
  const block = resent ?? fields;
  const prefix = resent === undefined ? '' : 'resent-';
  const sender = senderOf(block, prefix);
  if (typeof sender !== 'string') return sender;
  const only = fieldsNamed(fields, ONLY_TO);
  const named =
    only.length > 0
      ? only
      : block.filter((field) => RECIPIENT_FIELDS.includes(field.name.slice(prefix.length)));
  const recipients = new Map<string, string>();
  for (const field of named) {
    const read = parseAddresses(valueOf(field));
    if ('refused' in read) return { refused: `${title(field.name)} cannot be read: ${read.refused}` };
    for (const address of read.addresses) {
      if (!recipients.has(addressKey(address))) recipients.set(addressKey(address), address);
    }
  }
  if (recipients.size === 0) {
    return {
      refused:
        resent === undefined
          ? 'there is no recipient: To, Cc and Bcc name nobody'
          : 'there is no recipient: the newest Resent-To, Resent-Cc and Resent-Bcc name nobody',
    };
  }
  if (recipients.size > MAX_RECIPIENTS) {
    return { refused: `there are ${recipients.size} recipients, more than ${MAX_RECIPIENTS}` };
  }
  return { sender, recipients: [...recipients.values()] };
}

const RECIPIENT_FIELDS = ['to', 'cc', 'bcc'];

/**
 * RFC 5322 §3.6.6: Resent fields are put before the others, block by block, so that the first block is the newest. It
 * ends at the first other field, and where a name comes again. Undefined where nothing was resent.
 */
export function newestResent(fields: readonly Field[]): Field[] | undefined {
  const start = fields.findIndex((field) => field.name.startsWith('resent-'));
  if (start < 0) return undefined;
  const block: Field[] = [];
  for (const field of fields.slice(start)) {
    if (!field.name.startsWith('resent-') || block.some((other) => other.name === field.name)) break;
    block.push(field);
  }
  return block;
}

function senderOf(block: readonly Field[], prefix: string): string | Refusal {
  for (const name of [`${prefix}sender`, `${prefix}from`]) {
    const [field, second] = fieldsNamed(block, name);
    if (field === undefined) continue;
    if (second !== undefined) return { refused: `there are two ${title(name)} fields` };
    const read = parseAddresses(valueOf(field));
    if ('refused' in read) return { refused: `${title(name)} cannot be read: ${read.refused}` };
    const [address, another] = read.addresses;
    if (address === undefined) return { refused: `${title(name)} names nobody` };
    // RFC 5322 §3.6.2: several authors need one Sender.
    if (another !== undefined)
      return { refused: `${title(name)} names several people, and no Sender says who sends` };
    return address;
  }
  return { refused: `there is no sender: ${title(`${prefix}from`)} is missing` };
}

/** An account that sends, as far as the choice needs it. */
export type Sending = Pick<Account, 'name' | 'address' | 'send'>;

/**
 * The account that sends for `sender`: the one of the folder that the file lay in, else the one whose address it is,
 * else the only one that names it in `send.from`. Nobody sends under a name that is not theirs.
 */
export function accountFor<A extends Sending>(
  accounts: readonly A[],
  folder: string | null,
  sender: string,
): A | Refusal {
  const owns = (account: A): boolean =>
    [account.address, ...(account.send?.from ?? [])].some((a) => sameAddress(a, sender));
  if (folder !== null) {
    const account = accounts.find(({ name }) => name === folder);
    if (account === undefined) return { refused: `there is no account ${folder} in the configuration` };
    if (account.send === undefined)
      return { refused: `the account ${folder} has no send: in the configuration` };
    if (owns(account)) return account;
    return {
      refused: `the sender ${sender} is not an address of the account ${folder} (${account.address}); if the provider allows it, add it to send.from`,
    };
  }
  const able = accounts.filter((account) => account.send !== undefined);
  const own = able.filter((account) => sameAddress(account.address, sender));
  const matching = own.length > 0 ? own : able.filter(owns);
  const [account, another] = matching;
  if (account === undefined) {
    const idle = accounts.find((a) => sameAddress(a.address, sender));
    if (idle !== undefined) return { refused: `the account ${idle.name} has no send: in the configuration` };
    return {
      refused: `no account sends for ${sender}: it is the address of none, and stands in no send.from`,
    };
  }
  if (another === undefined) return account;
  return {
    refused: `several accounts send for ${sender} (${matching.map(({ name }) => name).join(', ')}): put the file into the folder of one of them`,
  };
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
