// How one step of a check is shown: a mark and a line, and under a failure what cures it.
import type { MailError } from '../model/error.ts';
import { failureJson } from './output.ts';
import { hintLines } from './hint-lines.ts';
import type { FailureJson, Frame } from './output.ts';
import { paintFor, safeText } from './terminal-text.ts';

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
  readonly text: string;
  /** Figures of it, for --json: `days`, `folders`, `kept`. */
  readonly facts?: Readonly<Record<string, number | string | readonly string[]>> | undefined;
  /** What is no failure, and a person must know all the same; each a sentence, in two languages where `hint`s are. */
  readonly notes?: readonly string[] | undefined;
  readonly error?: MailError | undefined;
}

/** Prints a step: `✓ qq imap login: someone@qq.com`; on what is not a terminal `ok` and `FAILED`. */
export function tellStep({ account, server, step, text, notes = [], error }: Step, frame: Frame): void {
  const { out } = frame.terminal;
  const paint = paintFor(frame);
  const ok = error === undefined;
  const plain = ok ? 'ok    ' : 'FAILED';
  const mark = out ? (ok ? paint.green('✓') : paint.red('✗')) : plain;
  const what = [account, server, step].filter((part) => part !== undefined).join(' ');
  if (ok && frame.quiet) return;
  frame.print(`${mark} ${what}: ${safeText(error?.message ?? text)}`);
  const below = (label: string, sentence: string): string[] =>
    hintLines(frame, out, sentence, { label, indent: out ? 2 : 7 });
  if (error?.hint !== undefined) for (const line of below('hint: ', error.hint)) frame.print(line);
  for (const note of notes) for (const line of below('note: ', note)) frame.print(paint.yellow(line));
}

/** The step as JSON. */
export function stepJson({
  account,
  server,
  step,
  text,
  facts,
  notes,
  error,
}: Step): Record<string, unknown> {
  const failure: FailureJson | null = error === undefined ? null : failureJson(error);
  return {
    account: account ?? null,
    server: server ?? null,
    step,
    ok: error === undefined,
    text,
    ...facts,
    notes: notes ?? [],
    error: failure,
  };
}
