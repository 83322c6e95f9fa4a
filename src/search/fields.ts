// PURE: the fields of the query language, their names in English and Chinese, and what each makes of its value.
import { closest, distance } from 'fastest-levenshtein';
import type { Hint } from '../model/hint.ts';
import { fold, isWord } from '../index/text.ts';
import { periodOf, sizeOf } from './amounts.ts';
import type { Column, Leaf, State } from './tree.ts';
import { HAS_KNOWS, IS_KNOWS, needsValue, NO_LETTER, noField, NOT_AN_ID, STAR_INSIDE } from './mistakes.ts';
import { QueryError } from './query-error.ts';
import type { Span } from './query-error.ts';

/** A field; `label` is its English name with the colon. */
export interface Field {
  readonly label: string;
  readonly leaf: (value: Value) => Leaf;
}

/** What stands behind the colon, or alone: a word as typed, or a phrase without its quotes. */
export type Value = Span & { readonly text: string } & (
    { readonly kind: 'word' } | { readonly kind: 'phrase'; readonly prefix: boolean }
  );

const STATES = new Map<string, State>([
  ['unread', 'unread'],
  ['未读', 'unread'],
  ['read', 'read'],
  ['seen', 'read'],
  ['已读', 'read'],
  ['flagged', 'flagged'],
  ['starred', 'flagged'],
  ['星标', 'flagged'],
  ['answered', 'answered'],
  ['replied', 'answered'],
  ['已回复', 'answered'],
  ['draft', 'draft'],
  ['草稿', 'draft'],
  ['gone', 'gone'],
  ['已消失', 'gone'],
]);

const FIELDS: readonly (readonly [names: string, leaf: Field['leaf']])[] = [
  ['from 发件人 寄件人 发信人', (value) => textLeaf(value, 'sender')],
  ['to 收件人', (value) => textLeaf(value, 'recipients')],
  ['cc 抄送', (value) => textLeaf(value, 'cc')],
  ['bcc 密送', (value) => textLeaf(value, 'bcc')],
  ['subject 主题 标题 主旨', (value) => textLeaf(value, 'subject')],
  ['body 正文', (value) => textLeaf(value, 'body')],
  ['filename 附件名', (value) => textLeaf(value, 'files')],
  ['list 邮件列表', (value) => ({ kind: 'list', text: value.text })],
  ['msgid', (value) => ({ kind: 'msgid', msgid: value.text.replace(/^<|>$/g, '') })],
  ['id', idLeaf],
  ['has 有', hasLeaf],
  ['type 类型', (value) => ({ kind: 'type', type: fold(value.text).replace(/^\*?\./, '') })],
  ['in 文件夹', (value) => ({ kind: 'folder', name: value.text })],
  ['account 账户 帐户 账号 帐号', (value) => ({ kind: 'account', name: value.text })],
  ['label 标签', (value) => ({ kind: 'label', name: value.text })],
  ['is 是', isLeaf],
  ['before 之前', (value) => ({ kind: 'date', when: 'before', period: periodOf(value) })],
  ['after 之后', (value) => ({ kind: 'date', when: 'after', period: periodOf(value) })],
  ['on 日期', (value) => ({ kind: 'date', when: 'on', period: periodOf(value) })],
  ['larger 大于', (value) => ({ kind: 'size', than: 'larger', bytes: sizeOf(value) })],
  ['smaller 小于', (value) => ({ kind: 'size', than: 'smaller', bytes: sizeOf(value) })],
];

const byName = new Map<string, Field>();
for (const [names, leaf] of FIELDS) {
  const list = names.split(' ');
  for (const name of list) byName.set(fold(name), { label: `${list[0]}:`, leaf });
}

/** The field of this name, English or Chinese, in any case, simplified or traditional; without its colon. */
export function fieldNamed(name: string): Field | undefined {
  return byName.get(fold(name));
}

/** So much of a name that is no field is repeated. */
const LONGEST_NAME = 40;

/** What to say of a name that is no field. */
export function unknownField(name: string): Hint {
  const wanted = fold(name);
  const near = closest(wanted, [...byName.keys()]);
  // Two of three letters must be right: nobody who wrote `re:` meant `to:`.
  const guess = distance(wanted, near) <= Math.max(1, wanted.length / 2) && wanted.length > 2;
  return noField(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name, guess ? near : null);
}

/** The leaf that `field` makes of its value. Throws QueryError for a value that it cannot have. */
export function fieldLeaf(field: Field, value: Value): Leaf {
  if (value.text.trim() === '') throw new QueryError(needsValue(field.label), value);
  return field.leaf(value);
}

/** Words to find in a column, or (null) anywhere. Throws QueryError where there is no letter or digit, or a stray `*`. */
export function textLeaf(value: Value, column: Column | null): Leaf {
  const starred = value.kind === 'word' && value.text.endsWith('*');
  const text = starred ? value.text.slice(0, -1) : value.text;
  if (!hasWord(text)) throw new QueryError(NO_LETTER, value);
  const star = value.kind === 'word' ? text.indexOf('*') : -1;
  if (star >= 0) throw new QueryError(STAR_INSIDE, { at: value.at + star, length: 1 });
  return { kind: 'text', column, text, prefix: starred || (value.kind === 'phrase' && value.prefix) };
}

function hasWord(text: string): boolean {
  return Array.from(fold(text)).some((char) => isWord(char.codePointAt(0) ?? 0));
}

function idLeaf(value: Value): Leaf {
  const prefix = fold(value.text);
  if (!/^[0-9a-f]{8,64}$/.test(prefix)) throw new QueryError(NOT_AN_ID, value);
  return { kind: 'id', prefix };
}

function hasLeaf(value: Value): Leaf {
  if (['attachment', 'attachments', '附件'].includes(fold(value.text))) return { kind: 'attachment' };
  throw new QueryError(HAS_KNOWS, value);
}

function isLeaf(value: Value): Leaf {
  const what = STATES.get(fold(value.text));
  if (what === undefined) throw new QueryError(IS_KNOWS, value);
  return { kind: 'is', what };
}
