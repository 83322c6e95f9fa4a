// PURE: a failure and its cure in the language of the person. What the program says of a failure is English, so that logs and
// programs find it; a person with a Chinese locale is told the same in Chinese, as far as it is known.
import { registeringAt } from '../config/registering.ts';
import { everyLoginHint } from '../config/presets.ts';
import { languagesOf, type Hint } from '../model/hint.ts';
import * as ofWay from '../net/cures.ts';
import { REASONS } from '../outbox/actions.ts';
import { SAYINGS } from '../outbox/sayings.ts';
import * as ofServer from '../protocol/cures.ts';
import { MISTAKES } from './mistakes.ts';
import { REFUSALS } from './refusals.ts';
import { CURES, FAILURES, type Saying } from './sayings.ts';
import { UNREAD } from './unread.ts';
import { YAML } from './yaml.ts';

type Language = keyof Hint;

/** A failure's message, line by line; words that are not known stay English. */
export function told(message: string, language: Language): string {
  if (language === 'en') return message;
  return message
    .split('\n')
    .map(
      (line) =>
        BY_ENGLISH.get(line) ??
        chineseOf(line, UNREAD) ??
        chineseOf(line, REFUSALS) ??
        chineseOf(line, FAILURES) ??
        objectionTo(line) ??
        mistakeAt(line) ??
        line,
    )
    .join('\n');
}

/** `told` to whoever reads Chinese. */
export function inChinese(english: string): string {
  return told(english, 'zh');
}

/** A hint for a person: in Chinese alone where it is known in Chinese and `language` is that, else as it is. */
export function cureFor(hint: string, language: Language): string {
  if (language === 'en') return hint;
  const [english = hint, chinese] = languagesOf(hint);
  return (
    (chinese === english ? undefined : chinese) ??
    BY_ENGLISH.get(english) ??
    chineseOf(english, CURES) ??
    english
  );
}

const BY_ENGLISH: ReadonlyMap<string, string> = new Map(
  [
    ...Object.values({ ...ofServer, insteadOf: undefined }),
    ...Object.values(ofWay),
    ...everyLoginHint(),
    ...SAYINGS.map(({ hint }) => hint),
    ...(['google', 'microsoft', 'yahoo'] as const).map(registeringAt),
  ]
    .filter((hint): hint is Hint => hint !== undefined)
    .map(({ en, zh }) => [en, zh]),
);

/** `LETTER cannot be …`: why a letter of the queue is not acted on. */
function objectionTo(line: string): string | undefined {
  const why = Object.values(REASONS).find(({ en }) => line.endsWith(` ${en}`));
  return why && `${line.slice(0, -why.en.length)}${why.zh}`;
}

/** `FILE:LINE: key: what is wrong`, or `FILE:LINE:COLUMN: what` is no YAML. */
function mistakeAt(line: string): string | undefined {
  const [, at, key = '', what] = /^(.+?:\d+: |)((?:[\w[\].-]+): )?(.+)$/.exec(line) ?? [];
  if (what === undefined) return undefined;
  const chinese = chineseOf(what, MISTAKES) ?? chineseOf(what, YAML);
  return chinese && `${at ?? ''}${key}${chinese}`;
}

function chineseOf(text: string, sayings: readonly Saying[]): string | undefined {
  for (const [says, chinese] of sayings) {
    const found = says.exec(text);
    if (found === null) continue;
    return chinese
      .replace(/\{(\d)\}/g, (_, at: string) => told(found[Number(at)] ?? '', 'zh'))
      .replace(/\$(\d)/g, (_, at: string) => found[Number(at)] ?? '')
      .replace(/：$/, '');
  }
  return undefined;
}
