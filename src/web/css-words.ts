// PURE: the CSS that a mail may use. Nothing here loads, moves over something else, runs in time or reads an attribute;
// what is in no list is left out.

/** Properties whose whole family is allowed: `border`, `border-left-color` … */
const FAMILIES = /^(?:border|margin|padding|font|text|list-style|background|outline|column)(?:-[a-z-]+)?$/;

const SINGLE = new Set(
  (
    'color width min-width max-width height min-height max-height display float clear overflow overflow-x overflow-y visibility ' +
    'opacity direction unicode-bidi line-height letter-spacing word-spacing word-break word-wrap overflow-wrap white-space ' +
    'hyphens tab-size vertical-align box-sizing box-shadow caption-side empty-cells table-layout quotes orphans widows ' +
    'page-break-before page-break-after page-break-inside align-items align-content align-self justify-content justify-items ' +
    'flex flex-direction flex-flow flex-grow flex-shrink flex-basis flex-wrap order gap row-gap columns ' +
    'line-break writing-mode -webkit-text-size-adjust -ms-text-size-adjust text-size-adjust border-radius'
  ).split(' '),
);

/** True for a property that a mail may set. `name` in lower case. */
export function isProperty(name: string): boolean {
  return SINGLE.has(name) || FAMILIES.test(name);
}

/** Functions of CSS that only compute. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  'rgb rgba hsl hsla calc min max clamp linear-gradient radial-gradient'.split(' '),
);

/** Pseudo-classes and pseudo-elements that a selector may use. */
export const PSEUDO: ReadonlySet<string> = new Set(
  (
    'link visited hover active focus first-child last-child only-child first-of-type last-of-type first-letter first-line ' +
    'nth-child nth-of-type not root'
  ).split(' '),
);
