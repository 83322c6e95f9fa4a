// The control socket of the service: a command beside it has its wishes done by it. Only the service's own user and group may
// connect (mode 0660); a client may say what it likes, and as slowly as it likes: it costs one bounded line, and ends. A socket
// that somebody takes away, as the end of a session does with all of $XDG_RUNTIME_DIR, is made anew.
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { MailError, asMailError, textOf } from '../model/error.ts';
import { codeOf } from '../runtime/storage-error.ts';
import { greetingAt } from './ask.ts';
import { onLines } from './lines.ts';
import {
  LONGEST_REQUEST,
  readRequest,
  type Greeting,
  type Line,
  type Progress,
  type Request,
} from './wire.ts';

/** Does what is asked. `tell` may be called as often as one likes; `signal` aborts when the client has gone. */
export type Answering = (
  request: Request,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
) => Promise<unknown>;

/** An open control socket. */
export interface Control {
  /** Where it is now. */
  readonly path: string;
  /** Closes it and every connection. Safe to call twice. */
  close(): void;
}

/** Clients at once. As many again are told that there are too many; those beyond are not heard at all. */
const MOST = 32;
/** Milliseconds for a request, and for the reading of an answer. */
const PATIENCE = 10_000;
/** How often it is looked at whether it is still there, in milliseconds. */
const LOOK = 30_000;
/** Octets that may wait for a client that does not read; more progress than that is left out. */
const WAITING = 65_536;
/** Octets of a path that a socket may have: sun_path of Linux, with its final NUL. */
const LONGEST_PATH = 107;

/** A socket, and who listens there. */
interface Listening {
  readonly path: string;
  /** It is still in its place. */
  isThere(): boolean;
  /** Takes no more clients; whoever is there stays. */
  end(): void;
}

/**
 * Listens at the first of `places` that can be had; a socket that nobody serves is replaced. One that is taken away is made anew
 * within half a minute, and `tell` hears of it; who was connected stays. Throws MailError `storage` where none can be had.
 */
export async function openControl(
  places: readonly string[],
  greeting: Greeting,
  answer: Answering,
  clock: Clock,
  tell: (text: string) => void = () => undefined,
): Promise<Control> {
  const clients = new Set<Socket>();
  const attended = (socket: Socket): void => {
    const answering = clients.size < MOST ? answer : refuse;
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    attend(socket, greeting, answering, clock);
  };
  let now = await listenAtOneOf(places, greeting, attended);
  const closed = new AbortController();
  const watch = async (): Promise<void> => {
    for (let told = false; ;) {
      await clock.sleep(LOOK, closed.signal);
      if (now.isThere()) continue;
      try {
        const next = await listenAtOneOf(places, greeting, attended);
        now.end();
        now = next;
        if (closed.signal.aborted) return next.end();
        tell(`the control socket was taken away, and is made anew at ${next.path}`);
        told = false;
      } catch (thrown) {
        if (!told) tell(`the control socket was taken away: ${textOf(thrown)}`);
        told = true;
      }
    }
  };
  void watch().catch(() => undefined);
  return {
    get path() {
      return now.path;
    },
    close: () => {
      closed.abort();
      now.end();
      for (const socket of clients) socket.destroy();
    },
  };
}

async function listenAtOneOf(
  places: readonly string[],
  greeting: Greeting,
  attended: (socket: Socket) => void,
): Promise<Listening> {
  const reasons: Error[] = [];
  for (const place of places) {
    try {
      return await listenAt(place, greeting, attended);
    } catch (thrown) {
      reasons.push(new Error(`${place}: ${textOf(thrown)}`, { cause: thrown }));
    }
  }
  throw new MailError({
    kind: 'storage',
    retry: 'never',
    message: `no control socket can be made: ${reasons.map(textOf).join('; ')}`,
    cause: new AggregateError(reasons),
  });
}

async function listenAt(
  path: string,
  greeting: Greeting,
  attended: (socket: Socket) => void,
): Promise<Listening> {
  const fresh = `${path}.${randomBytes(4).toString('hex')}`;
  if (Buffer.byteLength(fresh) > LONGEST_PATH) throw new RangeError('the path is too long for a socket');
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  await mayTake(path, greeting);
  const server = createServer(attended);
  server.maxConnections = 2 * MOST;
  await listening(server, fresh);
  // Under its own name it appears with its mode, and in one step: a dead one is never between.
  chmodSync(fresh, 0o660);
  renameSync(fresh, path);
  const { ino } = lstatSync(path);
  server.on('error', () => undefined);
  const isThere = (): boolean => {
    try {
      return lstatSync(path).ino === ino;
    } catch {
      return false;
    }
  };
  return {
    path,
    isThere,
    end: () => {
      server.close();
      if (isThere()) rmSync(path, { force: true });
    },
  };
}

/** Throws where the place is another's: a file that is no socket, or the socket of a service with another archive. */
async function mayTake(path: string, { data }: Greeting): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error('another file is there');
  try {
    const other = await greetingAt(path);
    // Who holds the lock of this archive is its service: another one can only be on its way out.
    if (other.data !== data) throw new Error(`the service of ${other.data} is there`);
  } catch (thrown) {
    const code = codeOf(thrown instanceof MailError ? thrown.cause : thrown);
    if (code !== 'ECONNREFUSED' && code !== 'ENOENT') throw thrown;
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function attend(socket: Socket, greeting: Greeting, answer: Answering, clock: Clock): void {
  const gone = new AbortController();
  socket.on('error', () => undefined);
  socket.once('close', () => gone.abort());
  const say = (line: Line | Greeting): void => void socket.write(`${JSON.stringify(line)}\n`);
  const end = (line: Line): void => {
    socket.end(`${JSON.stringify(line)}\n`);
    endIn(socket, clock, gone.signal);
  };
  say(greeting);
  const heard = new AbortController();
  endIn(socket, clock, AbortSignal.any([heard.signal, gone.signal]));
  onLines(
    socket,
    LONGEST_REQUEST,
    (line) => {
      if (heard.signal.aborted) return; // one request a connection
      heard.abort();
      void answered(line, answer, gone.signal, (progress) => {
        if (socket.writableLength < WAITING) say({ progress });
      }).then(end);
    },
    () => {
      if (!heard.signal.aborted) end(errorLine(tooLong()));
      heard.abort();
    },
  );
}

/** Closes the socket after a while, whatever its other end does. */
function endIn(socket: Socket, clock: Clock, unless: AbortSignal): void {
  void clock.sleep(PATIENCE, unless).then(
    () => socket.destroy(),
    () => undefined,
  );
}

async function answered(
  line: string,
  answer: Answering,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<Line> {
  try {
    return { answer: await answer(readRequest(line), tell, signal) };
  } catch (thrown) {
    const fallback = {
      kind: 'protocol',
      retry: 'never',
      message: `internal error: ${textOf(thrown)}`,
    } as const;
    return errorLine(asMailError(thrown, fallback));
  }
}

function errorLine({ kind, message, retry, hint }: MailError): Line {
  return { error: { kind, message, retry, hint: hint ?? null } };
}

const refuse: Answering = () =>
  Promise.reject(
    new MailError({
      kind: 'busy',
      retry: 'later',
      message: `the service is at work for ${MOST} other commands`,
      hint: 'Try again in a moment, or end some of them.',
    }),
  );

function tooLong(): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'never',
    message: `a request is one line of JSON, shorter than ${LONGEST_REQUEST} octets`,
  });
}
