// A hint for a person: in their language where it is known in that, else each of its languages on lines of its own, none
// longer than the window is wide.
import stringWidth from 'string-width';
import { languagesOf } from '../model/hint.ts';
import { cureFor } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { columnsFor, safeLine, wrapped } from './terminal-text.ts';

/** No hint is longer. Lines. */
const MOST = 20;

/**
 * `hint: English` and below it `中文`, or `办法：中文` alone, behind `indent` spaces; wrapped where `terminal` says that a person
 * looks.
 */
export function hintLines(
  frame: Pick<Frame, 'terminal' | 'around'>,
  terminal: boolean,
  hint: string,
  { kind = 'hint', indent = 2 }: { readonly kind?: keyof typeof LABELS; readonly indent?: number } = {},
): string[] {
  const language = languageOf(frame.around.env);
  const label = LABELS[kind][language];
  const left = indent + stringWidth(label);
  const columns = terminal ? columnsFor(frame) - left : Infinity;
  return languagesOf(cureFor(hint, language))
    .flatMap((text) => wrapped(safeLine(text), columns, MOST).map(({ line }) => line.trimEnd()))
    .map((line, at) => `${at === 0 ? ' '.repeat(indent) + label : ' '.repeat(left)}${line}`);
}

const LABELS = {
  hint: { en: 'hint: ', zh: '办法：' },
  note: { en: 'note: ', zh: '注意：' },
} as const;
