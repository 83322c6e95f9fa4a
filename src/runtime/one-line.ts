// PURE: any text → one line that is safe on a terminal and in a log. What a server or a message says must not move a
// cursor, begin a second line, or turn around what stands beside it.

/** The text with each run of control characters, line separators and direction overrides replaced by a space. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, ' ');
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g;
