// A command asks the running service for what only the service may do, or knows. Where no service of this archive answers,
// that is said, and the command does without.
import { realpath } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { MailError, textOf } from '../model/error.ts';
import { onLines } from './lines.ts';
import {
  CONTROL,
  readGreeting,
  readLine,
  type Greeting,
  type Line,
  type Progress,
  type Request,
} from './wire.ts';

/** The greeting of whoever serves the socket. Throws MailError `connect`, with the system's error as its cause. */
export async function greetingAt(path: string): Promise<Greeting> {
  const talk = new Talk(path);
  try {
    return await talk.greeting();
  } finally {
    talk.close();
  }
}

/** What to do while the answer comes. */
export interface Waiting {
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal | undefined;
  /** A configuration: the service that was started with it is asked too, whatever archive it serves. */
  readonly config?: string | undefined;
}

/**
 * Asks the service of the archive at `data`, at the first of `places` where it answers. Undefined: there is none. Throws the
 * service's MailError, `protocol` where it is of a version that is not understood, or `closed` where it ended before it answered.
 */
export async function askService(
  places: readonly string[],
  data: string,
  request: Request,
  { progress, signal, config }: Waiting = {},
): Promise<{ readonly answer: unknown; readonly pid: number } | undefined> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const archive = await real(data);
  const file = config === undefined ? undefined : await real(config);
  for (const place of places) {
    const talk = new Talk(place);
    const stop = (): void => talk.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const greeting = await talk.greeting().catch(() => undefined);
      if (greeting === undefined) continue;
      if (greeting.data !== archive && (file === undefined || greeting.config !== file)) continue;
      if (greeting.control !== CONTROL) throw otherVersion(greeting);
      return { answer: await talk.ask(request, progress), pid: greeting.pid };
    } catch (thrown) {
      signal?.throwIfAborted();
      throw thrown;
    } finally {
      signal?.removeEventListener('abort', stop);
      talk.close();
    }
  }
  return undefined;
}

function otherVersion({ mailkeep, pid }: Greeting): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'never',
    message: `the running service (process ${pid}) is mailkeep ${mailkeep}, and this command, which is of another version, cannot talk to it`,
    hint: 'Restart the service, so that both are of the version that is installed.',
  });
}

/** The failure of an answer that has not the shape it should have: its service is of another version. */
export function notUnderstood(): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'never',
    message: 'the running service is of another version, and its answer cannot be read',
    hint: 'Restart the service.',
  });
}

/** Octets of an answer at most. */
const LONGEST = 64 << 20;
/** Milliseconds for a greeting. */
const PATIENCE = 5000;

/** One connection. Lines are taken in their order; after the end each wait ends with a failure. */
class Talk {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;
  #over: Error | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#socket = connect(path);
    const over = (error: Error): void => {
      this.#over ??= error;
      this.#wake();
    };
    this.#socket.on('error', over);
    this.#socket.on('close', () => over(new Error('it closed the connection')));
    onLines(
      this.#socket,
      LONGEST,
      (line) => {
        this.#lines.push(line);
        this.#wake();
      },
      () => over(new Error('it sent a line that is too long')),
    );
  }

  async greeting(): Promise<Greeting> {
    this.#socket.setTimeout(PATIENCE, () => this.#socket.destroy(new Error('it says nothing')));
    const greeting = readGreeting(await this.#next());
    if (greeting === undefined) throw this.#failed('connect', new Error('it is no mailkeep'));
    this.#socket.setTimeout(0);
    return greeting;
  }

  async ask(request: Request, progress: Waiting['progress']): Promise<unknown> {
    this.#socket.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const line: Line | undefined = readLine(await this.#next());
      if (line === undefined) throw this.#failed('protocol', new Error('it said what is no answer'));
      if ('error' in line) throw new MailError({ ...line.error, hint: line.error.hint ?? undefined });
      if ('answer' in line) return line.answer;
      progress?.(line.progress);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #next(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#over !== undefined) throw this.#failed('closed', this.#over);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #failed(kind: 'connect' | 'closed' | 'protocol', cause: Error): MailError {
    return new MailError({
      kind,
      retry: 'later',
      message: `the service at ${this.#path} does not answer: ${textOf(cause)}`,
      cause,
    });
  }
}
