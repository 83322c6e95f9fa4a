// Two truths against each other: every stored file is read and hashed, and every message that a journal names is looked
// for; of all messages, of one part of so many, or of some accounts. It changes nothing, and may run beside a service that
// is storing.
import type { MessageId } from '../model/ids.ts';
import { MailError, textOf } from '../model/error.ts';
import { hashFile } from './hash-file.ts';
import type { Journal } from './journal.ts';
import { isPath, pathFor } from './layout.ts';
import { isFlaw, type Notice } from './notice.ts';
import type { Archive, Stored } from './store.ts';

/** What was found; the first six fields are those of `mailkeep verify --json`. */
export interface Verified {
  /** True where nothing is damaged, missing or an orphan, and every journal line could be read that was written to its end. */
  readonly ok: boolean;
  /** Files read. */
  readonly files: number;
  /** Their octets. */
  readonly bytes: number;
  /** Messages whose file has another hash than its name, or cannot be read. */
  readonly damaged: readonly MessageId[];
  /** Messages that a journal names and that have no file where it says. */
  readonly missing: readonly MessageId[];
  /** Files that no journal names, and files that are no messages; paths below `<data>/mail`. */
  readonly orphans: readonly string[];
  /** Why each damaged file is: one for each file, in order of their paths. */
  readonly reasons: readonly { readonly id: MessageId; readonly path: string; readonly reason: string }[];
  /** Journal lines that could not be read, and snapshots that are of no use. */
  readonly journal: readonly Notice[];
}

/** Which messages are verified. */
export interface Scope {
  /** One part of so many, from 1: a message is always of the same part. */
  readonly part?: { readonly nth: number; readonly of: number } | undefined;
  /** Only what was seen in these accounts, wherever any journal says that it lies; orphans, which were seen in none, are left out then. */
  readonly accounts?: readonly string[] | undefined;
}

/** True where a message is of this part: ids are spread evenly, so that parts are of near the same size. */
export function isOfPart(id: MessageId, part: Scope['part']): boolean {
  return part === undefined || Number.parseInt(id.slice(0, 8), 16) % part.of === part.nth - 1;
}

/** Files read at once: enough to keep a disk busy, few enough to leave it to others too. */
const LANES = 4;

/**
 * Verifies the archive against its journals. `onProgress` is called after each file with the files done and their number.
 * Throws MailError `cancelled` when `signal` aborts, and `storage` where a directory or a journal cannot be read at all.
 */
export async function verifyFiles(
  archive: Archive,
  journals: Pick<Journal, 'accounts' | 'replay' | 'checkSnapshot'>,
  onProgress: (done: number, total: number) => void = () => undefined,
  signal?: AbortSignal,
  { part, accounts }: Scope = {},
): Promise<Verified> {
  const named = new Named(journals, signal, accounts);
  // Journals first: a file is always there before the line that names it.
  const all = await named.read();
  const first = part === undefined ? all : new Set([...all].filter((path) => isOfPart(idIn(path), part)));
  const files: Stored[] = [];
  for await (const file of archive.list()) {
    throwIfCancelled(signal);
    if (isOfPart(file.id, part) && (accounts === undefined || first.has(file.path))) files.push(file);
  }
  const orphans: string[] = [];
  if (accounts === undefined) for await (const path of archive.strays()) orphans.push(path);

  const { bytes, reasons } = await hashAll(archive, files, onProgress, signal);
  await named.snapshots();
  // What was stored since the journals were read has its line by now, or gets it in a moment.
  const later = await named.read();
  const stored = new Set(files.map(({ path }) => path));
  const astray = [...stored].filter((path) => !first.has(path) && !later.has(path));
  const missing = [...withoutFile(first, stored)].sort();
  // A second copy of what lies in its place as well is in nobody's way.
  const twice = astray.length === 0 ? new Set() : new Set([...first, ...later].map(idIn));
  for (const id of missing) twice.delete(id);
  for (const path of astray) if (!twice.has(idIn(path))) orphans.push(path);
  const damaged = [...new Set(reasons.map(({ id }) => id))].sort();
  const ok = damaged.length + missing.length + orphans.length === 0 && !named.damaged.some(isFlaw);
  orphans.sort();
  return { ok, files: files.length, bytes, damaged, missing, orphans, reasons, journal: named.damaged };
}

/** The messages of which no file lies in any place that a journal names: elsewhere, nothing finds it. */
function withoutFile(named: ReadonlySet<string>, stored: ReadonlySet<string>): Set<MessageId> {
  const without = new Set<MessageId>();
  for (const path of named) if (!stored.has(path)) without.add(idIn(path));
  if (without.size > 0) for (const path of named) if (stored.has(path)) without.delete(idIn(path));
  return without;
}

/** Of a path that a message can have. */
function idIn(path: string): MessageId {
  return path.slice(-68, -4) as MessageId;
}

/** What the journals name; read twice, the second time only what they gained. */
class Named {
  readonly damaged: Notice[] = [];
  readonly #journals: Pick<Journal, 'accounts' | 'replay' | 'checkSnapshot'>;
  readonly #signal: AbortSignal | undefined;
  readonly #accounts: readonly string[] | undefined;
  readonly #offsets = new Map<string, number>();
  /** Messages of the accounts that are asked about; none where all are. */
  readonly #asked = new Set<MessageId>();

  constructor(
    journals: Pick<Journal, 'accounts' | 'replay' | 'checkSnapshot'>,
    signal: AbortSignal | undefined,
    accounts: readonly string[] | undefined,
  ) {
    this.#journals = journals;
    this.#signal = signal;
    this.#accounts = accounts;
  }

  /**
   * Where messages lie that they name behind what was read before: paths below `<data>/mail`. A message of an account that is asked
   * about may lie where the journal of another says, and be read from there.
   */
  async read(): Promise<Set<string>> {
    const paths = new Set<string>();
    for (const account of await this.#journals.accounts()) {
      const isAsked = this.#accounts?.includes(account) !== false;
      const from = this.#offsets.get(account) ?? 0;
      const notice = isAsked ? this.#notice : (): void => undefined;
      for await (const { entry, offset } of this.#journals.replay(account, from, notice)) {
        throwIfCancelled(this.#signal);
        this.#offsets.set(account, offset);
        if (entry.op !== 'seen') continue;
        const path = isPath(entry.path) ? entry.path : pathFor(entry.id, null);
        paths.add(path);
        if (isAsked && this.#accounts !== undefined) this.#asked.add(idIn(path));
      }
    }
    return this.#accounts === undefined
      ? paths
      : new Set([...paths].filter((path) => this.#asked.has(idIn(path))));
  }

  /** Looks at the snapshots, once. */
  async snapshots(): Promise<void> {
    for (const account of await this.#journals.accounts()) {
      if (this.#accounts?.includes(account) === false) continue;
      const told = await this.#journals.checkSnapshot(account, this.#signal).catch((thrown: unknown) => {
        throwIfCancelled(this.#signal);
        throw thrown;
      });
      if (told !== undefined) this.damaged.push(told);
    }
  }

  readonly #notice = (told: Notice): void => {
    const before = this.damaged.some(
      ({ account, offset }) => account === told.account && offset === told.offset,
    );
    if ((told.kind === 'damaged' || told.kind === 'hole') && !before) this.damaged.push(told);
  };
}

async function hashAll(
  archive: Archive,
  files: readonly Stored[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<Pick<Verified, 'bytes' | 'reasons'>> {
  let done = 0;
  let bytes = 0;
  const reasons: { id: MessageId; path: string; reason: string }[] = [];
  const queue = files.values();
  const lane = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(1 << 20);
    for (const { id, path } of queue) {
      const found = await hashed(archive.absolute(path), buffer, signal);
      if ('size' in found) bytes += found.size;
      const reason =
        'size' in found
          ? found.id === id
            ? undefined
            : `its octets have the hash ${found.id}`
          : found.reason;
      if (reason !== undefined) reasons.push({ id, path, reason });
      done++;
      onProgress(done, files.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { bytes, reasons: reasons.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

type Hashed = { readonly id: MessageId; readonly size: number } | { readonly reason: string };

async function hashed(file: string, buffer: Buffer, signal: AbortSignal | undefined): Promise<Hashed> {
  throwIfCancelled(signal);
  try {
    return await hashFile(file, buffer, signal);
  } catch (thrown) {
    throwIfCancelled(signal);
    return { reason: `it cannot be read: ${textOf(thrown)}` };
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const cause: unknown = signal.reason;
  throw new MailError({ kind: 'cancelled', retry: 'later', message: 'verifying ended on request', cause });
}
