// While something runs, a person at the terminal may type on: a password, often. It is neither shown nor taken for the answer
// to the next question; Ctrl-C ends the program as it does anywhere.
import { ReadStream } from 'node:tty';
import type { Frame } from './output.ts';

/** What Ctrl-C sends where the terminal does not make a signal of it. */
const CTRL_C = '\x03';

/** Runs `work`; `stopped` is said at Ctrl-C, before the process ends by SIGINT. */
export async function unheard<T>(
  frame: Pick<Frame, 'stdin' | 'say'>,
  stopped: string,
  work: () => Promise<T>,
): Promise<T> {
  const { stdin } = frame;
  if (!(stdin instanceof ReadStream)) return work();
  const end = (): void => {
    stdin.off('data', hear).pause().setRawMode(false);
  };
  const hear = (typed: Buffer | string): void => {
    if (!typed.toString().includes(CTRL_C)) return;
    end();
    frame.say(`\n${stopped}`);
    process.kill(process.pid, 'SIGINT');
  };
  stdin.setRawMode(true).on('data', hear).resume();
  try {
    return await work();
  } finally {
    end();
  }
}
