// PURE: which of the two languages a person reads: as chosen, else as the browser asks.

/** English, or Chinese in simplified characters. */
export type Language = 'en' | 'zh';

/** `chosen` (a cookie) where it is one of the two, else the better of Accept-Language (RFC 9110 §12.5.4), else English. */
export function languageFor(chosen: string | undefined, accept: string | undefined): Language {
  if (chosen === 'en' || chosen === 'zh') return chosen;
  const weight = (language: Language): number =>
    Math.max(0, ...wishes(accept ?? '').map(({ range, q }) => (range === language ? q : 0)));
  return weight('zh') > weight('en') ? 'zh' : 'en';
}

/** `zh-CN;q=0.8` → zh, 0.8. */
function wishes(accept: string): { range: string; q: number }[] {
  return accept.split(',').map((wish) => {
    const [range = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    return { range: range.split('-', 1)[0] ?? '', q: Number.isFinite(q) ? q : 0 };
  });
}
