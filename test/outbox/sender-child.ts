// A process that sends from a drop folder and is killed at some moment: data directory, drop folder and port are its arguments.
import { dial } from '../../src/net/dial.ts';
import { Outbox } from '../../src/outbox/run.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { accountAt } from './post-office.ts';

const [, , data = '', outbox = '', port = ''] = process.argv;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const service = new Outbox(
  { accounts: [accountAt(Number(port))], outbox, data },
  {
    clock: systemClock,
    log: { error: say, warn: say, info: say },
    connect: (account, signal) => {
      if (account.send === undefined) throw new Error('no send');
      return dial(account.send, account.timeouts, { signal });
    },
    keepSent: () => Promise.resolve(),
    name: 'test.example',
  },
);
await service.start();
