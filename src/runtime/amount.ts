// PURE: numbers for people.

/** A whole number with its thousands apart, in either language: `2,345`. */
export function amount(count: number): string {
  return count.toLocaleString('en');
}
