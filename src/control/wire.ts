// PURE: what is said on the control socket: JSON, one object a line. The service greets with its version and its archive; the
// client asks once; then come lines of progress, and last an answer or an error, in the shapes that commands print.
import { z } from 'zod';
import { MailError, type MailErrorKind } from '../model/error.ts';

/** What may be asked. `accounts`: none means all. */
export type Request =
  | {
      readonly do: 'sync';
      readonly accounts: readonly string[];
      /** As the options of `mailkeep sync`. */
      readonly full: boolean;
      readonly dryRun: boolean;
      /** What failed before, and waits for its time, is tried now. */
      readonly retry: boolean;
    }
  | {
      readonly do: 'import';
      /** Absolute. */
      readonly paths: readonly string[];
      readonly account: string;
      /** Null: each message goes into a folder named by where it lies. */
      readonly folder: string | null;
      readonly dryRun: boolean;
    }
  | { readonly do: 'status' }
  /** Reads the configuration again. */
  | { readonly do: 'reload' }
  /** A letter of the outbox, by its id or the beginning of it. */
  | {
      readonly do: 'outbox';
      readonly action: 'retry' | 'hold' | 'release' | 'cancel';
      readonly id: string;
    };

/** The first line, from the service. */
export interface Greeting {
  readonly mailkeep: string;
  /** The version of what is said here: `CONTROL`, unless the other side is of another version of mailkeep. */
  readonly control: number;
  readonly pid: number;
  /** The real path of the archive that it serves. */
  readonly data: string;
  /** The real path of the configuration that it was started with. */
  readonly config?: string | undefined;
}

/** How far an account is: messages of a sync, octets of an import. */
export interface Progress {
  readonly account: string;
  readonly done: number;
  readonly total: number;
  readonly folder: string;
  /** Of an import: what was found in those octets. */
  readonly messages?: number | undefined;
}

/** A failure. */
interface ToldError {
  readonly kind: MailErrorKind;
  readonly message: string;
  readonly retry: 'now' | 'later' | 'never';
  readonly hint: string | null;
}

/** A line from the service behind the greeting. */
export type Line =
  { readonly progress: Progress } | { readonly answer: unknown } | { readonly error: ToldError };

/** Octets of a request, line end and all: an import names as many paths as a command line holds. */
export const LONGEST_REQUEST: number = 4 << 20;

/** The version of what is said here. */
export const CONTROL = 1;

const account: z.ZodType<string> = z.string().max(64);
const requestShape: z.ZodType<Request> = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('sync'),
    accounts: z.array(account).max(1000),
    full: z.boolean(),
    dryRun: z.boolean(),
    retry: z.boolean(),
  }),
  z.strictObject({
    do: z.literal('import'),
    paths: z.array(z.string().startsWith('/').max(4096)).min(1).max(100_000),
    account: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
    folder: z.string().max(1000).nullable(),
    dryRun: z.boolean(),
  }),
  z.strictObject({ do: z.literal('status') }),
  z.strictObject({ do: z.literal('reload') }),
  z.strictObject({
    do: z.literal('outbox'),
    action: z.enum(['retry', 'hold', 'release', 'cancel']),
    id: z.string().min(1).max(64),
  }),
]);

const greetingShape: z.ZodType<Greeting> = z.object({
  mailkeep: z.string(),
  control: z.number(),
  pid: z.number(),
  data: z.string(),
  config: z.string().optional(),
});

const KINDS: readonly MailErrorKind[] = [
  'usage',
  'config',
  'dns',
  'connect',
  'tls',
  'timeout',
  'closed',
  'protocol',
  'auth',
  'refused',
  'busy',
  'message',
  'storage',
  'locked',
  'cancelled',
];

/** A failure, as a service tells it. */
export const reportedShape: z.ZodType<ToldError> = z.object({
  // A kind that this version does not know is a failure all the same.
  kind: z.enum(KINDS).catch('protocol'),
  message: z.string(),
  retry: z.enum(['now', 'later', 'never']),
  hint: z.string().nullable(),
});

const count = z.number().min(0);
const lineShape: z.ZodType<Line> = z.union([
  z.object({
    progress: z.object({
      account: z.string(),
      done: count,
      total: count,
      folder: z.string(),
      messages: count.optional(),
    }),
  }),
  z.object({ error: reportedShape }),
  z.object({ answer: z.unknown() }),
]);

/** Reads a request. Throws MailError `usage` with what is wrong. */
export function readRequest(line: string): Request {
  const parsed = requestShape.safeParse(jsonOf(line));
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const where = first?.path.join('.') ?? '';
  throw new MailError({
    kind: 'usage',
    retry: 'never',
    message: `not a request${where === '' ? '' : ` (${where})`}: ${first?.message ?? 'no JSON'}`,
    hint: 'The command and the service may be of different versions: restart the service.',
  });
}

/** Reads the greeting; undefined where it is none. */
export function readGreeting(line: string): Greeting | undefined {
  return greetingShape.safeParse(jsonOf(line)).data;
}

/** Reads a line behind it; undefined where it is none. */
export function readLine(line: string): Line | undefined {
  return lineShape.safeParse(jsonOf(line)).data;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * The places of the socket, best first: below $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/mailkeep, /run/mailkeep (for a command
 * beside a service of the system), and the archive itself.
 */
export function controlPlaces(
  env: Readonly<Record<string, string | undefined>>,
  data: string,
  who: 'service' | 'command',
): string[] {
  const [given = ''] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  const own = env['XDG_RUNTIME_DIR'] ?? '';
  const folders = [
    ...(given === '' ? [] : [given]),
    ...(own === '' ? [] : [`${own}/mailkeep`]),
    ...(who === 'command' ? ['/run/mailkeep'] : []),
    data,
  ];
  return [...new Set(folders)].map((folder) => `${folder}/control.sock`);
}
