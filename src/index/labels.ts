// PURE: the labels of a message as the index holds them: one text in which each can be looked for, and compared as a whole.

/** Stands around each label; no readable name holds it. */
export const LABEL_MARK: string = '\u001f';

/** Labels as one text, in their order; empty where there are none. */
export function joinLabels(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `${LABEL_MARK}${labels.join(LABEL_MARK)}${LABEL_MARK}`;
}

/** The labels in such a text; none where it is null. */
export function splitLabels(text: string | null): string[] {
  return (text ?? '').split(LABEL_MARK).filter((label) => label !== '');
}
