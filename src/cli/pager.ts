// More lines than the window holds, on a terminal: through the person's pager, as git and man do it. What a pager cannot show, because
// there is none, is printed as it is.
import { spawn } from 'node:child_process';
import type { Frame } from './output.ts';

/** Prints lines: through $PAGER (or `less -FRX`) where a person looks and they are more than fit, plainly elsewhere. */
export async function printPaged(frame: Frame, lines: readonly string[]): Promise<void> {
  const { env } = frame.around;
  const isLong = frame.terminal.out && env['TERM'] !== 'dumb' && lines.length >= rowsFor(env);
  const pager = isLong ? (env['PAGER'] ?? 'less') : '';
  if (pager !== '' && (await isShown(pager, lines, env))) return;
  for (const line of lines) frame.print(line);
}

function rowsFor(env: Readonly<Record<string, string | undefined>>): number {
  return process.stdout.rows || Number(env['LINES']) || 24;
}

/** False where the shell knows no such program. */
async function isShown(
  pager: string,
  lines: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  // less: quit where it fits one screen, pass colours on, leave the screen as it was; and take our text for the UTF-8 that it is.
  const child = spawn('/bin/sh', ['-c', pager], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', LESSCHARSET: 'utf-8', ...env },
  });
  // Ctrl-C is the pager's while it runs, and a pager that is left early reads no further.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  child.stdin.on('error', ignore);
  child.stdin.end(`${lines.join('\n')}\n`);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return code !== 126 && code !== 127;
  } catch {
    return false;
  } finally {
    process.off('SIGINT', ignore);
  }
}
