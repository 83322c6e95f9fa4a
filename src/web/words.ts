// PURE: what the page says, in both languages. A word that is missing in one of them is a type error.
import type { Language } from './language.ts';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

/** Every word of the page. */
export interface Words {
  readonly language: Language;
  /** Of the `lang` attribute. */
  readonly tag: string;
  readonly search: string;
  readonly searchHint: string;
  readonly mail: string;
  readonly skip: string;
  readonly messages: (count: number) => string;
  readonly nothingFound: string;
  readonly noSubject: string;
  readonly from: string;
  readonly to: string;
  readonly date: string;
  readonly attachments: string;
  readonly notFound: string;
  readonly notFoundText: string;
  readonly back: string;
  readonly switchTo: string;
}

export function wordsOf(language: Language): Words {
  return language === 'zh' ? chinese : english;
}
