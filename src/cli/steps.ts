// How one step of a check is shown: a mark and a line, and under a failure what cures it.
import type { MailError } from '../model/error.ts';
import { cure, type Hint } from '../model/hint.ts';
import { failureJson } from './output.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import type { FailureJson, Frame } from './output.ts';
import { columnsFor, paintFor, safeText, wrapped } from './terminal-text.ts';

/** What was tried, in the order in which it is. */
export type StepName = 'config' | 'password' | 'token' | 'dns' | 'connect' | 'login' | 'folders';

/** One step and how it went. */
export interface Step {
  /** Undefined for the configuration as a whole. */
  readonly account?: string | undefined;
  /** Which server: undefined where the step is about none. */
  readonly server?: 'imap' | 'pop3' | 'smtp' | undefined;
  readonly step: StepName;
  /** What was found, as a line for a person. */
  readonly text: Hint;
  /** The server, where the step is about one: whether its people read Chinese. */
  readonly host?: string;
  /** Figures of it, for --json: `days`, `folders`, `kept`. */
  readonly facts?: Readonly<Record<string, number | string | readonly string[]>> | undefined;
  /** What is no failure, and a person must know all the same. */
  readonly notes?: readonly Hint[] | undefined;
  readonly error?: MailError | undefined;
}

/** What is the same in both languages. */
export function same(text: string): Hint {
  return { en: text, zh: text };
}

const IN_CHINESE: Readonly<Record<StepName, string>> = {
  config: '配置',
  password: '密码',
  token: '令牌',
  dns: 'DNS',
  connect: '连接',
  login: '登录',
  folders: '文件夹',
};

/** Nothing longer is told of a step. Lines. */
const MOST = 20;

/** Prints a step: `✓ qq imap login: someone@qq.com`; on what is not a terminal `ok` and `FAILED`. */
export function tellStep(
  { account, server, step, text, host = '', notes = [], error }: Step,
  frame: Frame,
): void {
  const language = languageOf(frame.around.env);
  const chinese = language === 'zh';
  const { out } = frame.terminal;
  const paint = paintFor(frame);
  const ok = error === undefined;
  const plain = ok ? 'ok    ' : 'FAILED';
  const mark = out ? (ok ? paint.green('✓') : paint.red('✗')) : plain;
  const name = chinese ? IN_CHINESE[step] : step;
  const what = [account, chinese ? server?.toUpperCase() : server, name]
    .filter((part) => part !== undefined)
    .join(' ');
  if (ok && frame.quiet) return;
  const said = error === undefined ? text[language] : told(error.message, language);
  const line = `${what}${chinese ? '：' : ': '}${safeText(said)}`;
  // The mark and a space stand before it.
  const lines = out
    ? line.split('\n').flatMap((part) => wrapped(part, columnsFor(frame) - 2, MOST))
    : [{ line }];
  for (const [at, { line: part }] of lines.entries())
    frame.print(`${at === 0 ? mark : ' '} ${out ? part.trimEnd() : part}`);
  const below = (kind: 'hint' | 'note', words: string): string[] =>
    hintLines(frame, out, words, { kind, indent: out ? 2 : 7 });
  if (error?.hint !== undefined) for (const line of below('hint', error.hint)) frame.print(line);
  for (const note of notes)
    for (const line of below('note', chinese ? note.zh : cure(note, host))) frame.print(paint.yellow(line));
}

/** The step as JSON. */
export function stepJson({
  account,
  server,
  step,
  text,
  host = '',
  facts,
  notes = [],
  error,
}: Step): Record<string, unknown> {
  const failure: FailureJson | null = error === undefined ? null : failureJson(error);
  return {
    account: account ?? null,
    server: server ?? null,
    step,
    ok: error === undefined,
    text: text.en,
    ...facts,
    notes: notes.map((note) => cure(note, host)),
    error: failure,
  };
}
