// PURE: what is said of each mistake in a query, in English and in Chinese: one clause that names the cure where there is one.
import type { Hint } from '../model/hint.ts';

const said = (en: string, zh: string): Hint => ({ en, zh });

export const NEVER_CLOSED: Hint = said('this parenthesis is never closed', '这个括号没有闭合');
export const CLOSES_NOTHING: Hint = said('this parenthesis closes nothing', '这个右括号没有对应的左括号');
export const NOTHING_BETWEEN: Hint = said('there is nothing between these parentheses', '这对括号里没有内容');
export const TOO_DEEP: Hint = said('this is nested too deep', '嵌套层数太多');
export const SOMETHING_FOLLOWS: Hint = said('something must follow here', '这里后面还需要内容');
export const QUOTE_OPEN: Hint = said('this quote is never closed', '这个引号没有闭合');
export const NOTHING_LEFT_OUT: Hint = said(
  'nothing to leave out stands right behind this hyphen',
  '减号后面要紧跟需要排除的内容',
);
export const NO_LETTER: Hint = said(
  'there is no letter or digit here to search for',
  '这里没有可以搜索的文字或数字',
);
export const STAR_INSIDE: Hint = said('* may stand only at the end of a word', '* 只能放在词的末尾');
export const NOT_A_DATE: Hint = said(
  'a date is written 2024, 2024-05, 2024-05-06, 7d, 3m or 1y',
  '日期的写法是 2024、2024-05、2024-05-06、7d、3m 或 1y',
);
export const NO_SUCH_DATE: Hint = said('there is no such date', '没有这个日期');
export const NOT_A_SIZE: Hint = said(
  'a size is written 500, 10k, 2M or 1G',
  '大小的写法是 500、10k、2M 或 1G',
);
export const NOT_AN_ID: Hint = said(
  'an id is 8 to 64 of the digits 0 to 9 and a to f',
  '编号由 8 到 64 位 0 到 9 和 a 到 f 组成',
);
export const HAS_KNOWS: Hint = said('has: knows only has:attachment', '“有:”后面只能写“附件”');
export const IS_KNOWS: Hint = said(
  'is: knows unread, read, flagged, answered, draft and gone',
  '“是:”后面可以写：未读、已读、星标、已回复、草稿、已消失',
);

export const tooMany = (most: number): Hint =>
  said(`more than ${most} words are too many`, `词太多，最多 ${most} 个`);
export const tooLong = (most: number): Hint =>
  said(`a query is ${most} characters long at most`, `查询最长 ${most} 个字符`);
export const fieldInside = (label: string): Hint =>
  said(`a field cannot stand inside ${label}(…)`, `${label}(…) 里面不能再写字段`);
export const needsValue = (label: string): Hint =>
  said(`${label} needs a value right behind the colon`, `${label} 的冒号后面要紧跟内容`);
export const needsBoth = (word: string): Hint =>
  said(
    `${word} needs a term on both sides; for the word itself write "${word}"`,
    `${word} 两边都要有内容；如果要搜索这个词本身，请写 "${word}"`,
  );

/** A name that is no field; `near` is the nearest that is one, where there is a near one. */
export const noField = (name: string, near: string | null): Hint =>
  said(
    `there is no field ${name}:${near === null ? '' : ` (the nearest is ${near}:)`}; to search for the words, put them in quotes`,
    `没有“${name}:”这个字段${near === null ? '' : `（最接近的是 ${near}:）`}；如果要搜索这些文字，请加引号`,
  );
