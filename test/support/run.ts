// Runs a command line in this process, with streams that keep what was written, and a home of its own.
import { PassThrough, Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';

/** What came of a command line. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What it runs in; `home` must exist, no variable of this process is seen. */
export interface RunIn {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Closes stdout after so many writes, as `head` does. */
  readonly closeAfter?: number;
}

/** `mailkeep ARGV…`, without a terminal. */
export async function mailkeep(
  argv: readonly string[],
  { home, env = {}, stdin = '', closeAfter }: RunIn,
): Promise<Ran> {
  const out = new Kept(closeAfter);
  const err = new Kept();
  const code = await run(argv, {
    stdin: Readable.from([Buffer.from(stdin)]).pipe(new PassThrough()),
    stdout: out,
    stderr: err,
    around: { env, home },
  });
  return { code, out: out.text, err: err.text };
}

class Kept extends Writable {
  text = '';
  readonly #limit: number;
  #writes = 0;

  constructor(limit: number = Infinity) {
    super();
    this.#limit = limit;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.#writes++ >= this.#limit) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return;
    }
    this.text += chunk.toString('utf8');
    done();
  }
}
