// A process that sends from a drop folder and is killed at some moment: data directory, drop folder and port are its arguments,
// and a JSON object of what differs from the usual account.
import type { Send } from '../../src/model/account.ts';
import { dial } from '../../src/net/dial.ts';
import { Outbox } from '../../src/outbox/run.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { accountAt } from './post-office.ts';

/** Said when the program is loaded and its work begins. */
const STARTED = 'started';

interface Difference {
  readonly send?: Partial<Send>;
  readonly password?: string;
  readonly user?: string;
  readonly sender?: string;
}

const [, , data = '', outbox = '', port = '', how = '{}'] = process.argv;
const { send, password = 'secret', user, sender } = JSON.parse(how) as Difference;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const account = accountAt(Number(port), send, 'wang', sender);
const service = new Outbox(
  {
    accounts: [{ ...account, login: () => Promise.resolve({ user: user ?? account.address, password }) }],
    outbox,
    data,
  },
  {
    clock: systemClock,
    log: { error: say, warn: say, info: say },
    connect: (to, signal) => {
      if (to.send === undefined) throw new Error('no send');
      return dial(to.send, to.timeouts, { signal });
    },
    keepSent: () => Promise.resolve(),
    name: 'test.example',
  },
);
say(STARTED);
await service.start();
