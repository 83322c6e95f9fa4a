// PURE: a query as a tree. query.ts makes it, to-sql.ts turns it into SQL, snippet.ts looks for its words.

/** The columns of the full-text table, in their order. */
export type Column = 'subject' | 'sender' | 'recipients' | 'cc' | 'bcc' | 'files' | 'body';

/** A time: a whole year, month or day, or so many days, weeks, months or years before now. Months are 1 to 12. */
export type Period =
  | { readonly year: number; readonly month?: number | undefined; readonly day?: number | undefined }
  | { readonly ago: number; readonly unit: 'd' | 'w' | 'm' | 'y' };

/** One condition. Texts are as typed, not folded. */
export type Leaf =
  /** The words of `text`, next to each other, in `column` or (null) anywhere; with `prefix` the last may go on. */
  | { readonly kind: 'text'; readonly column: Column | null; readonly text: string; readonly prefix: boolean }
  /** Seen in a folder, or under a label, of this readable name, in any case; `*` stands for anything. */
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'account'; readonly name: string }
  /** A flag, keyword or label of this name, or a folder so named. */
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'is'; readonly what: State }
  | { readonly kind: 'attachment' }
  /** An attachment with this ending (`pdf`), media type (`image/png`) or either half of one (`image`). */
  | { readonly kind: 'type'; readonly type: string }
  /** `before` and `after` its first moment (after: that moment too), or `on`: within it. */
  | { readonly kind: 'date'; readonly when: 'before' | 'after' | 'on'; readonly period: Period }
  | { readonly kind: 'size'; readonly than: 'larger' | 'smaller'; readonly bytes: number }
  | { readonly kind: 'list'; readonly text: string }
  /** Without angle brackets. */
  | { readonly kind: 'msgid'; readonly msgid: string }
  /** 8 to 64 lower-case hexadecimal digits. */
  | { readonly kind: 'id'; readonly prefix: string };

/** `gone`: no longer at the server in any of the places that the query allows. */
export type State = 'unread' | 'read' | 'flagged' | 'answered' | 'draft' | 'gone';

/** A query. `and` and `or` have at least two parts; `all` is the empty query. */
export type Query =
  | Leaf
  | { readonly kind: 'and'; readonly of: readonly Query[] }
  | { readonly kind: 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | { readonly kind: 'all' };
