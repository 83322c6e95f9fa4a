// PURE: a query of the benchmark in the languages of notmuch and mu, as a person there would type it; null where theirs has no word
// for it: neither knows accounts, the mail lies in one folder, and notmuch asks for neither size nor list.
// They count in whole days, so that `before:2014` ends with the day before.

/** Whose language. */
export type Peer = 'notmuch' | 'mu';

/** The query as `peer` takes it. */
export function asked(query: string, peer: Peer): string | null {
  const sides = query.split(' OR ').map((side) => {
    const terms = side.split(' ').map((term) => termOf(term, peer));
    return terms.includes(null) ? null : terms.join(' and ');
  });
  if (sides.includes(null)) return null;
  return sides.length === 1 ? (sides[0] ?? null) : sides.map((side) => `(${side})`).join(' or ');
}

function termOf(term: string, peer: Peer): string | null {
  if (term.startsWith('-')) {
    const rest = termOf(term.slice(1), peer);
    return rest === null ? null : `not ${rest}`;
  }
  const [, name, value = ''] = /^([^:]+):(.+)$/.exec(term) ?? [];
  if (name === undefined) return term.endsWith('*') ? term : `"${term}"`;
  return WORDS[name]?.[peer](value) ?? null;
}

const none = (): null => null;
const dates =
  (span: (value: string, dash: string) => string) =>
  (dash: string) =>
  (value: string): string =>
    `date:${span(value, dash)}`;
const after = dates((year, dash) => `${year}${dash}01${dash}01..`);
const before = dates((year, dash) => `..${Number(year) - 1}${dash}12${dash}31`);
const on = dates((month, dash) => {
  const [year = '', number = ''] = month.split('-');
  const last = new Date(Date.UTC(Number(year), Number(number), 0)).getUTCDate();
  return `${year}${dash}${number}${dash}01..${year}${dash}${number}${dash}${last}`;
});

const WORDS: Readonly<Record<string, Readonly<Record<Peer, (value: string) => string | null>>>> = {
  主题: { notmuch: (text) => `subject:"${text}"`, mu: (text) => `subject:"${text}"` },
  附件名: { notmuch: (text) => `attachment:"${text}"`, mu: (text) => `file:"${text}"` },
  from: { notmuch: (who) => `from:${who}`, mu: (who) => `from:${who}` },
  has: { notmuch: () => 'tag:attachment', mu: () => 'flag:attach' },
  type: { notmuch: (kind) => `mimetype:application/${kind}`, mu: (kind) => `mime:application/${kind}` },
  is: { notmuch: (flag) => `tag:${flag}`, mu: (flag) => `flag:${flag}` },
  after: { notmuch: after('-'), mu: after('') },
  before: { notmuch: before('-'), mu: before('') },
  on: { notmuch: on('-'), mu: on('') },
  larger: { notmuch: none, mu: (size) => `size:${size}..` },
  list: { notmuch: none, mu: (name) => `list:${name}.example.org` },
};
