// PURE: names that a person means, in any case and width, traditional or simplified, with `*` for any text.
import { fold } from '../index/text.ts';

/** Those of `names` that `pattern` means; `written` tells how a person writes a name. */
export function matching(
  pattern: string,
  names: readonly string[],
  written: (name: string) => string = (name) => name,
): string[] {
  const wanted = fold(pattern);
  return names.filter((name) => fits(wanted, fold(written(name))));
}

/** True where `text` is what `pattern` says. No pattern takes longer than both lengths multiplied. */
function fits(pattern: string, text: string): boolean {
  let [at, star, retry] = [0, -1, 0];
  for (let i = 0; i < text.length;) {
    if (pattern[at] === '*') [star, retry, at] = [at, i, at + 1];
    else if (pattern[at] === text[i]) [at, i] = [at + 1, i + 1];
    else if (star === -1) return false;
    else [retry, at, i] = [retry + 1, star + 1, retry + 1];
  }
  return /^\**$/.test(pattern.slice(at));
}
