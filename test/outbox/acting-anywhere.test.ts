// A person acts on a message at each step of its delivery, once or twice, while the server stands still there. Whatever was
// answered holds: what was taken back is not sent, what was held waits, what is let go is sent once, and nothing twice.
import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Action } from '../../src/outbox/actions.ts';
import { ACTIONS } from '../../src/outbox/actions.ts';
import { MailError } from '../../src/model/error.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const MINUTE = 60_000;
/** Where it stands still: before an answer of the server; `KEEP`: it was sent, and is put into the archive. */
const STEPS = ['GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'DOT', 'KEEP'] as const;
type Step = (typeof STEPS)[number];
/** One thing that is done, or two, one right after the other. */
const DEEDS: readonly (readonly Action[])[] = [
  ...ACTIONS.map((action) => [action]),
  ['hold', 'release'],
  ['hold', 'cancel'],
  ['hold', 'retry'],
  ['cancel', 'retry'],
  ['cancel', 'hold'],
];

class Signal {
  give: () => void = () => undefined;
  readonly given: Promise<void> = new Promise((resolve) => (this.give = resolve));
}

interface Standstill {
  readonly office: PostOffice;
  /** How often the server took the message over. */
  readonly taken: () => number;
  /** Lets go on what stood still, and resolves when the pass is over. */
  readonly goOn: () => Promise<void>;
}

/** A message whose first delivery stands still at `step`; all that come after it go through. */
async function standingAt(t: TestContext, step: Step): Promise<Standstill> {
  const reached = new Signal();
  const free = new Signal();
  let isFirst = true;
  const at = async (here: Step): Promise<void> => {
    if (here !== step || !isFirst) return;
    isFirst = false;
    reached.give();
    await free.given;
  };
  let count = 0;
  const server = await startScriptedServer(t, async (peer) => {
    await at('GREETING');
    await peer.lines('220 x');
    for (;;) {
      const [verb = ''] = /^[A-Z]+/.exec(await peer.line()) ?? [];
      for (const one of STEPS) if (one === verb) await at(one);
      if (verb === 'EHLO') await peer.lines('250-x', '250 AUTH PLAIN');
      else if (verb === 'AUTH') await peer.lines('235 ok');
      else if (verb !== 'DATA') await peer.lines('250 ok');
      else {
        await peer.lines('354 go on');
        await peer.untilDot();
        await at('DOT');
        count++;
        await peer.lines('250 taken');
      }
      if (verb === 'QUIT') return;
    }
  });
  const office = new PostOffice(t, [accountAt(server.port)]);
  office.outbox({ keepSent: () => at('KEEP') });
  office.put('x.eml', message(LI));
  const passing = office.pass();
  await reached.given;
  const goOn = async (): Promise<void> => {
    free.give();
    await passing;
  };
  return { office, taken: () => count, goOn };
}

/** What is answered: the state that it has then, or why it cannot be. */
async function answerTo(office: PostOffice, action: Action): Promise<string> {
  const { id } = office.only();
  try {
    const { state, held } = await office.outbox().act(action, id);
    assert.deepEqual([office.only().state, office.only().held], [state, held], 'it is on disk');
    return 'done';
  } catch (thrown) {
    assert.ok(thrown instanceof MailError && thrown.kind === 'usage', String(thrown));
    return thrown.code ?? '';
  }
}

for (const step of STEPS)
  suite(`at ${step}`, () => {
    for (const deeds of DEEDS)
      test(deeds.join(', then '), async (t) => {
        const { office, taken, goOn } = await standingAt(t, step);
        const answers: string[] = [];
        for (const action of deeds) answers.push(await answerTo(office, action));
        const done = deeds.filter((_, n) => answers[n] === 'done');
        await goOn();
        for (let n = 0; n < 3; n++) await office.later(24 * 60 * MINUTE);
        const beyond = step === 'DOT' || step === 'KEEP';
        const first = deeds[0] === 'hold' || deeds[0] === 'cancel';
        assert.equal(answers[0] === 'done', first && (!beyond || (step === 'DOT' && deeds[0] === 'hold')));
        if (done.at(-1) === 'cancel') {
          assert.deepEqual(
            [office.only().state, taken(), office.names('failed')],
            ['cancelled', 0, ['x.eml', 'x.reason.txt']],
          );
          return;
        }
        const isHeld = done.at(-1) === 'hold' && !beyond;
        assert.deepEqual([office.only().held, taken()], [isHeld, isHeld ? 0 : 1]);
        if (isHeld) {
          assert.equal(await answerTo(office, 'release'), 'done');
          await office.pass();
        }
        await office.later(24 * 60 * MINUTE);
        assert.deepEqual(
          [office.only().state, taken(), office.names('sent'), office.names('failed')],
          ['sent', 1, ['x.eml'], []],
        );
        if (beyond)
          assert.ok(
            !done.includes('cancel') && !done.includes('retry'),
            'nothing was promised that was not kept',
          );
      });
  });
