// PURE: one UTF-16 unit → how text.ts treats it. The tables begin with the traditional → simplified characters of
// OpenCC and are filled on first sight of each unit, so that loading costs a few milliseconds and not the whole plane.
import pairs from 'opencc-js/dict/TSCharacters';

/**
 * What OpenCC keeps apart because the right form depends on the word, or does not name: 回覆 is 回复 to who looks for it. Variant, then
 * what it becomes. A change here wants a step of the schema that has messages with these characters read again.
 */
export const VARIANTS: string =
  '覆复 祇只 衹只 著着 瞭了 藉借 竝并 倂并 値值 靑青 锺钟 馀余 谘咨 讬托 钜巨 迳径 渖沈 缐线 侭尽 䌽彩 㓰划 㳽弥 ' +
  '䙓摆 麹曲 麺面 镟旋 暱昵 妳你 牠它 彞彝 甦苏 揹背 搾榨 徬彷 堃坤 廻回 攷考 敍叙 朞期 椶棕 榖谷 歗啸 氷冰 濬浚 ' +
  '煖暖 燄焰 甎砖 砲炮 祐佑 粬曲 緜绵 翺翱 耡锄 脇胁 艢樯 葠参 蔴麻 藷薯 覩睹 䜣欣 諠喧 賸剩 跥跺 躭耽 逈迥 銲焊 ' +
  '隣邻 麤粗 喆哲 衞卫 濶阔 悤匆 戻戾 汚污 黒黑 徳德 歩步 毎每 頼赖 涙泪 郷乡 囯国 槪概 淸清 甁瓶 尙尚 験验 ';

/** In the fold table: the unit vanishes. */
export const DROP = 0xffff;

/** What a character is to the index: a gap between words, a part of a word, or a word of its own. */
export const GAP = 1;
export const LETTER = 2;
export const CJK = 3;

const SPACE = 0x20;
const folds = new Uint16Array(0x10000);
const kinds = new Uint8Array(0x10000);
/** Characters of which the traditional or the simplified form lies outside the basic plane. */
const rare = new Map<number, string>();

for (const [from, to] of simplified()) {
  const unit = from.charCodeAt(0);
  if (from.length === 1 && to.length === 1) folds[unit] = to.charCodeAt(0);
  else rare.set(from.codePointAt(0) ?? 0, to);
}

/** Chains are followed to their end (薴 → 苧 → 苎), so that folding twice changes nothing. */
function simplified(): Map<string, string> {
  const direct = new Map<string, string>();
  for (const pair of pairs.split('|')) {
    const [from = '', to = from] = pair.split(' ');
    if (from !== to) direct.set(from, to);
  }
  for (const [from = '', to = ''] of VARIANTS.trim()
    .split(' ')
    .map((pair) => Array.from(pair)))
    direct.set(from, to);
  for (const [from, to] of direct) direct.set(from, direct.get(to) ?? to);
  return direct;
}

/** What a unit (never half of a pair) of NFKC'ed, lower-cased text becomes: another unit, or DROP. */
export function foldUnit(unit: number): number {
  return folds[unit] || (folds[unit] = computeFold(unit));
}

/** The simplified form of a character of which either form lies outside the basic plane, else undefined. */
export function foldRare(codePoint: number): string | undefined {
  return rare.get(codePoint);
}

/** GAP, LETTER or CJK of a folded unit; for code points above U+FFFF too. */
export function kindOf(codePoint: number): number {
  if (codePoint > 0xffff) return computeKind(codePoint);
  return kinds[codePoint] || (kinds[codePoint] = computeKind(codePoint));
}

/** Marks that FTS5's `remove_diacritics 2` drops, and what only hides in words: soft hyphens, joiners, selectors. */
const VANISHING: readonly (readonly [number, number])[] = [
  [0x300, 0x36f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffff, 0xffff],
];
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

function computeFold(unit: number): number {
  const char = String.fromCharCode(unit);
  if (within(VANISHING, unit)) return DROP;
  // A lone surrogate is no character: SQLite would store U+FFFD for it.
  if (CONTROL.test(char) || (unit >= 0xd800 && unit <= 0xdfff)) return SPACE;
  if (char === 'ς') return 0x3c3;
  // й is a letter of its own, not an accented и.
  if (char === 'й') return unit;
  const bare = char.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return bare.length === 1 ? bare.charCodeAt(0) : unit;
}

const WORD = /[\p{L}\p{N}\p{Co}]/u;

/** Blocks, first and last code point: jamo, kana, bopomofo, Han (with 々〇 and the extensions), syllables. */
const CJK_BLOCKS: readonly (readonly [number, number])[] = [
  [0x1100, 0x11ff],
  [0x2e80, 0x2fd5],
  [0x3005, 0x3007],
  [0x3021, 0x3029],
  [0x3031, 0x303c],
  [0x3041, 0x30ff],
  [0x3105, 0x318e],
  [0x31a0, 0x31bf],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa960, 0xa97c],
  [0xac00, 0xd7fb],
  [0xf900, 0xfaff],
  [0xff66, 0xffdc],
  [0x16fe0, 0x16fe3],
  [0x1aff0, 0x1b16f],
  [0x20000, 0x3fffd],
];

function computeKind(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return GAP;
  if (!WORD.test(String.fromCodePoint(codePoint)) && codePoint < 0x20000) return GAP;
  return within(CJK_BLOCKS, codePoint) ? CJK : LETTER;
}

function within(blocks: readonly (readonly [number, number])[], code: number): boolean {
  return blocks.some(([first, last]) => code >= first && code <= last);
}
