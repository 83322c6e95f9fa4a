// `mailkeep check`: is the configuration right, and do the servers answer and let us in? One line a step, and under a
// failure its cure. It stores nothing and changes nothing.
import type { Command } from 'commander';
import { notices } from '../config/notices.ts';
import type { Account } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { exitCodeOf } from './output.ts';
import type { Frame } from './output.ts';
import { probe } from './probe.ts';
import { example } from './register.ts';
import { same, stepJson, tellStep } from './steps.ts';
import type { Step } from './steps.ts';

/** Adds `check`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('check')
    .description('test the configuration, and connection and login of each account')
    .argument('[account...]', 'names of accounts; default: all')
    .addHelpText('after', example('mailkeep check', 'mailkeep check qq'))
    .action((names: string[]) => check(names, frame));
}

async function check(names: readonly string[], frame: Frame): Promise<void> {
  const steps: Step[] = [];
  for await (const step of stepsOf(names, frame)) {
    steps.push(step);
    if (step.error !== undefined) frame.exit(exitCodeOf(step.error.kind));
    if (!frame.json) tellStep(step, frame);
  }
  if (frame.json)
    frame.document({ ok: steps.every(({ error }) => error === undefined), steps: steps.map(stepJson) });
}

async function* stepsOf(names: readonly string[], frame: Frame): AsyncGenerator<Step> {
  const accounts: Account[] = [];
  try {
    accounts.push(...(await frame.accounts(names)));
    const config = await frame.config();
    const { path, accounts: all } = config;
    const text = {
      en: `${path}: ${all.length} ${all.length === 1 ? 'account' : 'accounts'}`,
      zh: `${path}，${all.length} 个账户`,
    };
    yield { step: 'config', text, notes: notices(config) };
  } catch (error) {
    if (!(error instanceof MailError) || error.kind !== 'config') throw error;
    yield { step: 'config', text: same(''), error };
  }
  for (const account of accounts) yield* probe(account, Date.now());
}
