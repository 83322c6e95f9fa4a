// PURE: the HTML that a mail may use: elements, their attributes, and what becomes of the others. What stands in no list
// here does not reach a browser; nothing in these lists loads, runs, submits or leaves the flow of the text.

/** Attributes that any allowed element may have. */
const EVERYWHERE = 'class id dir lang title style align role';
const CELL = 'width height valign bgcolor nowrap colspan rowspan abbr scope background';

/** Allowed elements with the attributes that each may have beside those of all. */
const OWN: Readonly<Record<string, string>> = {
  html: '',
  body: 'bgcolor text link vlink alink background',
  a: 'href name',
  area: 'href alt shape coords',
  img: 'src alt width height border hspace vspace usemap',
  map: 'name',
  table: 'width height border cellpadding cellspacing bgcolor background frame rules summary',
  thead: 'valign bgcolor',
  tbody: 'valign bgcolor',
  tfoot: 'valign bgcolor',
  tr: 'valign bgcolor height background',
  td: CELL,
  th: CELL,
  col: 'span width valign bgcolor',
  colgroup: 'span width valign',
  font: 'color face size',
  hr: 'width size color noshade',
  br: 'clear',
  ol: 'start type reversed compact',
  ul: 'type compact',
  li: 'type value',
  details: 'open',
  pre: 'width',
};

const PLAIN =
  'abbr acronym address article aside b bdi bdo big blockquote caption center cite code dd del dfn dir div dl dt em ' +
  'figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup i ins kbd main mark menu nav nobr p q rp rt ruby s samp ' +
  'section small span strike strong sub summary sup time tt u var wbr';

/** Element → the attributes that it keeps. */
export const ELEMENTS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...PLAIN.split(' ').map((name) => [name, ''] as const), ...Object.entries(OWN)].map(
    ([name, own]) => [name, new Set(`${EVERYWHERE} ${own}`.trim().split(' '))] as const,
  ),
);

/** Names that a browser reads as another element. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['image', 'img'],
  ['listing', 'pre'],
  ['xmp', 'pre'],
  ['plaintext', 'pre'],
]);

/** Dropped with all that they hold, up to their end tag. */
export const SWALLOWED: ReadonlySet<string> = new Set(
  'script title iframe noembed noframes template svg math'.split(' '),
);

/** Of these, the ones that speak another language than HTML. */
export const FOREIGN: ReadonlySet<string> = new Set(['svg', 'math']);

/** Elements that run, submit or embed something. */
export const ARMED: ReadonlySet<string> = new Set(
  'script iframe frame object embed applet form base portal fencedframe'.split(' '),
);

/** Start tags that end an `svg` or `math` which nobody closed (HTML Standard, "any other start tag" in foreign content). */
export const BREAKS_OUT: ReadonlySet<string> = new Set(
  (
    'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol ' +
    'p pre ruby s small span strong strike sub sup table tt u ul var'
  ).split(' '),
);

/** No end tag, no depth. */
export const VOID: ReadonlySet<string> = new Set('area br col hr img wbr'.split(' '));

/** Elements whose end tag may be left out: many of them are siblings, not a deep nest. */
export const CLOSES_ITSELF: ReadonlySet<string> = new Set(
  'html body p li dt dd rp rt thead tbody tfoot tr td th colgroup caption'.split(' '),
);

/** Elements that a browser opens again after each paragraph that ended inside them. */
export const FORMATTING: ReadonlySet<string> = new Set(
  'a b big code em font i nobr s small strike strong tt u'.split(' '),
);
