// PURE: the readable form of an address header, `Name <address>, …`, → who is in it. Addresses are people here as far as
// they are the same in any case.

/** Somebody who writes. */
export interface Person {
  /** Lower case; where no address was given, what stood in its place. */
  readonly address: string;
  /** Empty where only the address was given. */
  readonly name: string;
}

/** Names and addresses are kept up to here. */
const LONGEST = 320;

/** The first person of a readable header; null where it is empty. */
export function firstPerson(readable: string): Person | null {
  const text = readable.slice(0, LONGEST * 4);
  // Of a group, `Team: a@b;`, its first member.
  const first = (text.split(',', 1)[0] ?? '').replace(/^[^@]*:\s*(?=[^@]*@)|;$/g, '').trim();
  // A name may hold a comma; what holds an @ and no bracket is an address alone.
  const angle = /^[^<,]*@[^<,]*$/.test(first) ? null : /<([^<>]*)>;?(?:,|$)/.exec(text);
  const address = (angle?.[1] || first).toLowerCase().slice(0, LONGEST);
  if (address === '') return null;
  const name = angle === null ? '' : text.slice(0, angle.index).trim().slice(0, LONGEST);
  return { address, name };
}

/** Every address in readable headers, lower case. */
export function addressesIn(...readable: readonly string[]): Set<string> {
  return new Set(
    readable.flatMap((text) => text.toLowerCase().match(/[^\s<>,;:"()]{1,256}@[^\s<>,;:"()]{1,256}/g) ?? []),
  );
}
