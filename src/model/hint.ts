// PURE: the sentence that names a cure, in two languages. English always; Chinese behind it where the provider is Chinese, or
// speaks so: whoever has an account there reads it.

/** One sentence, in English and in Chinese (简体中文). */
export interface Hint {
  readonly en: string;
  readonly zh: string;
}

/** Stands between the two, and in neither. */
const BETWEEN = ' — ';

/** `English — 中文`, or English alone: also where it is known in no other language. */
export function sentence({ en, zh }: Hint, chinese: boolean): string {
  return chinese && zh !== en ? en + BETWEEN + zh : en;
}

/** As `sentence`: with Chinese where `host` is of a Chinese provider, or its `words` are Chinese. */
export function cure(hint: Hint, host: string, words: string = ''): string {
  return sentence(hint, readsChinese(host) || /\p{Script=Han}/u.test(words.slice(0, 1000)));
}

/** What `sentence` put together: English, and Chinese where there is any. */
export function languagesOf(text: string): string[] {
  return text.split(BETWEEN);
}

/** `first` with `then` behind it, in the languages of `then`. */
export function followedBy(first: Hint, then: string | undefined): string {
  const [en = '', zh] = languagesOf(then ?? '');
  if (zh === undefined) return `${first.en} ${en}`.trimEnd();
  return sentence({ en: `${first.en} ${en}`, zh: first.zh + zh }, true);
}

/** True for hosts whose people read Chinese. */
export function readsChinese(host: string): boolean {
  return /\.cn$/i.test(host) || CHINESE.test(host);
}

const CHINESE =
  /(^|\.)(qq|163|126|188|yeah|netease|foxmail|aliyun|mxhichina|sina|sohu|tom|139|189|21cn|icoremail|feishu)\.(com|net)$/i;
