// PURE: which of the two languages a person reads, as the locale tells.
import type { Language } from '../web/language.ts';

/** True for a Chinese locale; $LC_ALL wins over $LC_MESSAGES and $LANG. */
export function isChinese(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale?.toLowerCase().startsWith('zh') === true;
}

/** The language of the locale; English for any that is not Chinese. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  return isChinese(env) ? 'zh' : 'en';
}
