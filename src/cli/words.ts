// PURE: numbers as a person reads them.

/** `1 message`, `2,345 messages`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
