// Prose without a meaning, by chance: words as unevenly frequent as in real mail, English and Chinese, with names, numbers and links
// that stand nowhere else. Nothing of it was written by anybody.
import pairs from 'opencc-js/dict/TSCharacters';
import type { Chance } from './random.ts';
import { chance } from './random.ts';

/** The most frequent characters of Chinese; the rest of GB2312's first level follows behind them. */
const FREQUENT =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运';

function characters(): string[] {
  const level = new TextDecoder('gb18030');
  const rest: string[] = [];
  for (let lead = 0xb0; lead <= 0xd7; lead += 1)
    for (let trail = 0xa1; trail <= (lead === 0xd7 ? 0xf9 : 0xfe); trail += 1)
      rest.push(level.decode(Uint8Array.of(lead, trail)));
  const first = Array.from(FREQUENT);
  const by = chance(3755);
  const others = rest.filter((char) => !FREQUENT.includes(char));
  return [
    ...first,
    ...others
      .map((char) => ({ char, at: by.upTo(1e9) }))
      .sort((a, b) => a.at - b.at)
      .map(({ char }) => char),
  ];
}

const CHARACTERS = characters();

/** The nth thing is picked half as often as the n/2nd. */
function zipf<T>(by: Chance, list: readonly T[]): T {
  const found = list[Math.floor(Math.exp((by.upTo(1e9) / 1e9) * Math.log(list.length + 1))) - 1];
  return found ?? by.of(list);
}

const WORDS_ZH = ((): string[] => {
  const by = chance(8000);
  const single = CHARACTERS.slice(0, 40);
  const longer = Array.from({ length: 9000 }, () =>
    Array.from({ length: by.of([2, 2, 2, 2, 3, 3, 4]) }, () => zipf(by, CHARACTERS)).join(''),
  );
  return single.flatMap((char, at) => [char, ...longer.slice(at * 4, at * 4 + 4)]).concat(longer.slice(160));
})();

const WORDS_EN = ((): string[] => {
  const by = chance(12_000);
  const common =
    'the to of and a in is for you that it on we be with this have are as not will if can your from at our please or i by has was but all an do which would so been they there any new more also one me when out up about just some time no only now me invoice report meeting order payment account contract project team update file attached regards thanks';
  const syllable = (): string =>
    by.of(Array.from('bcdfghjklmnprstvw')) +
    by.of(['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ou']) +
    by.of(['', '', 'n', 'r', 's', 't', 'l']);
  const made = Array.from({ length: 14_000 }, () =>
    Array.from({ length: 1 + by.upTo(3) }, syllable).join(''),
  );
  return [...common.split(' '), ...made];
})();

/** `count` words of English, with stops. */
export function english(by: Chance, count: number): string {
  let text = '';
  for (let left = count; left > 0;) {
    const words = Math.min(left, 4 + by.upTo(14));
    text += `${Array.from({ length: words }, () => zipf(by, WORDS_EN)).join(' ')}${by.often(70) ? '. ' : '.\n\n'}`;
    left -= words;
  }
  return text;
}

/** About `count` characters of Chinese, with its own stops. */
export function chinese(by: Chance, count: number): string {
  let text = '';
  while (text.length < count) {
    text += zipf(by, WORDS_ZH);
    if (by.often(14)) text += by.of(['，', '，', '。', '。', '、', '：', '\n']);
  }
  return text;
}

const TRADITIONAL = new Map(
  pairs
    .split('|')
    .map((pair) => pair.split(' '))
    .flatMap(([from = '', to]) =>
      to === undefined || to === from || from.length !== 1 ? [] : [[to, from] as const],
    ),
);

/** The same text as it is written in Taiwan, near enough. */
export function traditional(text: string): string {
  return Array.from(text, (char) => TRADITIONAL.get(char) ?? char).join('');
}

/** Full-width forms of ASCII. */
export function wide(text: string): string {
  return text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
}

const KANA = Array.from(
  'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポー',
);

/** A word of katakana. */
export function kana(by: Chance): string {
  return Array.from({ length: 2 + by.upTo(5) }, () => by.of(KANA)).join('');
}

const HALF = 'ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ';
const FULL = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン';

/** Katakana in half-width forms, the voiced ones in two. */
export function half(text: string): string {
  return Array.from(text.normalize('NFD'), (char) => {
    if (char === '\u3099') return 'ﾞ';
    if (char === '\u309a') return 'ﾟ';
    if (char === 'ー') return 'ｰ';
    return HALF.charAt(FULL.indexOf(char)) || char;
  }).join('');
}

/** A number that stands nowhere else. */
export function reference(by: Chance): string {
  return `${by.of(['SO', 'PO', 'INV', 'HT'])}-${2010 + by.upTo(16)}-${String(by.upTo(1e8)).padStart(8, '0')}`;
}
