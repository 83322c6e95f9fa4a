// PURE: the few forms of a manual page (man(7)) that ours are made of. All text is plain: what roff would take for a command or
// an escape is made harmless here, and nowhere else.

/** Text in a line of a page, in any of the forms below. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replace(/^\./gm, '\\&.');
}

/** The title line; a page of section 1 or 5. */
export function title(name: string, section: 1 | 5, version: string): string {
  return `.TH ${plain(name.toUpperCase())} ${section} "" "mailkeep ${version}" "mailkeep"\n`;
}

/** A heading. */
export function heading(text: string): string {
  return `.SH ${plain(text)}\n`;
}

/** The first paragraph below a heading. */
export function lead(text: string): string {
  return `${plain(text)}\n`;
}

/** Any further paragraph. */
export function paragraph(text: string): string {
  return `.PP\n${plain(text)}\n`;
}

/** A term in bold, its argument in italics, and what it means. */
export function term(name: string, argument: string, meaning: string): string {
  const shown = argument === '' ? '' : ` \\fI${plain(argument)}\\fR`;
  return `.TP\n\\fB${plain(name)}\\fR${shown}\n${plain(meaning)}\n`;
}

/** Lines as they stand, as in an example. */
export function verbatim(lines: readonly string[]): string {
  return `.RS 4\n.nf\n${lines.map((line) => plain(line)).join('\n')}\n.fi\n.RE\n`;
}
