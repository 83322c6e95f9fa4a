// The logins are tested before `init` writes anything: each step is shown, and where one fails the person says what now.
import { select } from '@clack/prompts';
import type { Account } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { typedPassword } from './init-answers.ts';
import { answered } from './init-asking.ts';
import type { Asking } from './init-asking.ts';
import type { InitTexts } from './init-texts.ts';
import type { Frame } from './output.ts';
import { probe } from './probe.ts';
import { tellStep } from './steps.ts';
import type { Step } from './steps.ts';

/**
 * Tests until all is well, or the person goes on all the same; `first` is a typed password, and the last one is returned.
 * Throws the first failure where nobody is there to ask.
 */
export async function tested(
  account: Account,
  first: string | undefined,
  { ask, texts, quietly }: Asking,
  frame: Frame,
): Promise<{ steps: Step[]; typed: string | undefined }> {
  let typed = first;
  for (;;) {
    const current = typed;
    frame.say(`${texts.testing} …`);
    const steps = await quietly(() =>
      probed(
        current === undefined
          ? account
          : { ...account, login: () => Promise.resolve({ user: account.user, password: current }) },
        frame,
      ),
    );
    const failed = steps.find(({ error }) => error !== undefined);
    if (failed === undefined) return { steps, typed };
    if (!ask) throw failed.error;
    const retype = typed !== undefined && failed.error?.kind === 'auth';
    const next = await whatNow(texts, retype);
    if (next === 'write') return { steps, typed };
    if (retype) typed = await typedPassword({ ask, texts }, texts.password);
  }
}

async function probed(account: Account, frame: Frame): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of probe(account, Date.now())) {
    steps.push(step);
    if (!frame.json) tellStep(step, frame);
  }
  return steps;
}

async function whatNow(texts: InitTexts, retype: boolean): Promise<'again' | 'write'> {
  const next = answered(
    await select<'again' | 'write' | 'stop'>({
      message: texts.choose(texts.failed),
      showInstructions: false,
      options: [
        { value: 'again', label: retype ? texts.again : texts.testAgain },
        { value: 'write', label: texts.writeAnyway },
        { value: 'stop', label: texts.giveUp },
      ],
    }),
  );
  if (next !== 'stop') return next;
  throw new MailError({ kind: 'cancelled', message: texts.cancelled, retry: 'never' });
}
