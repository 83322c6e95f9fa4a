// The servers that count for the kill runs: our own, and a real Postfix that delivers into a Maildir.
import { setTimeout as sleep } from 'node:timers/promises';
import { startDovecot } from '../servers/dovecot.ts';
import { startPostfix } from '../servers/postfix.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import type { Counting } from './kills.ts';
import { LI, WANG } from './post-office.ts';

const PASSWORD = 'secret';

/** A provider that takes its time at each answer, so that kills fall between a dot and its answer too. */
export async function countingProvider(test: Ending): Promise<Counting> {
  const provider = await startProvider({ users: { [WANG]: PASSWORD, [LI]: PASSWORD } });
  test.after(() => provider.stop());
  provider.faults.slow = 4;
  return {
    name: 'the counting server',
    port: provider.ports.smtp,
    send: {},
    password: PASSWORD,
    user: WANG,
    sender: WANG,
    recipient: LI,
    counts: async () => counted(provider.submissions.map(({ messageId }) => messageId ?? '')),
  };
}

/** Postfix, with a Dovecot that knows the password. */
export async function countingPostfix(test: Ending): Promise<Counting> {
  const dovecot = await startDovecot(test, { wang: PASSWORD });
  const postfix = await startPostfix(test, ['wang', 'li'], dovecot);
  return {
    name: 'Postfix',
    port: postfix.ports.smtps,
    send: { tls: 'implicit', ca: postfix.ca },
    password: PASSWORD,
    user: 'wang',
    sender: WANG,
    recipient: LI,
    counts: async () => {
      // It delivers into the Maildir a little after it has said yes.
      for (let before = -1, quiet = 0; quiet < 5; await sleep(500)) {
        const now = postfix.arrived('li').length;
        quiet = now === before ? quiet + 1 : 0;
        before = now;
      }
      return counted(
        postfix.arrived('li').map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim() ?? ''),
      );
    },
  };
}

function counted(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
