// How one step of a check is shown: a mark and a line, and under a failure what cures it.
import type { MailError } from '../model/error.ts';
import { failureJson } from './output.ts';
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
  readonly error?: MailError | undefined;
}

/** Prints a step: `✓ qq imap login: someone@qq.com`; on what is not a terminal `ok` and `FAILED`. */
export function tellStep({ account, server, step, text, error }: Step, frame: Frame): void {
  const { out } = frame.terminal;
  const paint = paintFor(frame);
  const ok = error === undefined;
  const plain = ok ? 'ok    ' : 'FAILED';
  const mark = out ? (ok ? paint.green('✓') : paint.red('✗')) : plain;
  const what = [account, server, step].filter((part) => part !== undefined).join(' ');
  if (ok && frame.quiet) return;
  frame.print(`${mark} ${what}: ${safeText(error?.message ?? text)}`);
  if (error?.hint !== undefined) frame.print(`${out ? '  ' : '       '}hint: ${safeText(error.hint)}`);
}

/** The step as JSON. */
export function stepJson({ account, server, step, text, facts, error }: Step): Record<string, unknown> {
  const failure: FailureJson | null = error === undefined ? null : failureJson(error);
  return {
    account: account ?? null,
    server: server ?? null,
    step,
    ok: error === undefined,
    text,
    ...facts,
    error: failure,
  };
}
