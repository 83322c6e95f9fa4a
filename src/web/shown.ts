// PURE: signs that are not seen → signs that are. In a name, an address or the name of a file they are there to deceive:
// to turn letters round (`fdp.exe` reads as `exe.pdf`), or to make two addresses that look the same.

/** The text with each sign that nobody sees as its number: `‹U+202E›`. Emoji and the joiners of Persian and Hindi stay whole. */
export function shown(text: string): string {
  return text.replace(UNSEEN, numberOf).replace(LONE_JOINERS, numberOf).replace(LONE_TAGS, numbersOf);
}

function numberOf(sign: string): string {
  return `‹U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}

function numbersOf(signs: string): string {
  return Array.from(signs, numberOf).join('');
}

/** Controls, marks and overrides of direction, zero widths, hyphens and fillers that do not show, the empty braille pattern. */
const UNSEEN =
  /(?!\p{Join_Control}|[\u{e0020}-\u{e007f}]|\p{Variation_Selector})(?:\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\u2800)/gu;
/** Joiners have a meaning between letters and between emoji. */
const LONE_JOINERS =
  /(?<!\p{L}\p{M}*|\p{Emoji}\ufe0f?)\p{Join_Control}|\p{Join_Control}(?!\p{L}|\p{Emoji})/gu;
/** Tags have one behind the flag of Scotland and its like. */
const LONE_TAGS = /(?<!\u{1f3f4})[\u{e0020}-\u{e007f}]+/gu;
