// Runs the alert command: one alert as JSON on its standard input, a deadline, and nothing of ours in its environment: variables of
// this process may hold passwords.
import { spawn } from 'node:child_process';
import { textOf } from '../model/error.ts';
import { oneLine } from '../runtime/one-line.ts';

/** Milliseconds that the command may take, and then to end by itself. */
const DEADLINE = 30_000;
const GRACE = 2000;

/** What a program needs to find others, to speak the person's language and to reach their desktop. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|DISPLAY|WAYLAND_DISPLAY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/;

/**
 * Runs `argv` with `input`. Null where it ended well; else why it did not, in a line. It and what it started are killed after
 * `deadline` milliseconds, and when `signal` aborts.
 */
export function runAlertCommand(
  argv: readonly string[],
  input: string,
  signal: AbortSignal,
  deadline: number = DEADLINE,
): Promise<string | null> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve) => {
    // In a group of its own, so that what it started ends with it.
    const child = spawn(program, rest, {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED.test(name))),
    });
    let why: string | undefined;
    let complaint = '';
    const kill = (reason: string): void => {
      why ??= reason;
      end(child.pid, 'SIGTERM');
      timers.push(setTimeout(() => end(child.pid, 'SIGKILL'), GRACE));
    };
    const timers = [setTimeout(() => kill(`did not end within ${deadline / 1000} s`), deadline)];
    const stop = (): void => kill('was ended with the service');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const settle = (found: string | null): void => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(found === null ? null : oneLine(`${program} ${found}`));
    };
    child.on('error', (error) => settle(`cannot be run: ${textOf(error)}`));
    child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${String(chunk)}`.slice(0, 300)));
    child.on('exit', (code, name) => {
      const said = complaint.trim() === '' ? '' : `: ${complaint.trim()}`;
      if (code === 0 && why === undefined) settle(null);
      else settle(why ?? `ended with ${name ?? `code ${code}`}${said}`);
    });
    // It need not read what it gets.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function end(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}
