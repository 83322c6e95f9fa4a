// Runs a command line as on a terminal of so many columns, with colours, and keeps what it would have shown.
import { PassThrough, Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';
import type { Ran } from './run.ts';

/** `mailkeep ARGV…` on a terminal. */
export async function onTerminal(
  argv: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const out = screen();
  const err = screen();
  const around = { env, home };
  const code = await run(argv, { stdin: new PassThrough(), stdout: out.stream, stderr: err.stream, around });
  return { code, out: out.text(), err: err.text() };
}

function screen(): { stream: Writable & { isTTY: boolean }; text: () => string } {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done): void {
      written.push(chunk.toString('utf8'));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: true }), text: () => written.join('') };
}
