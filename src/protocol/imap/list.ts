// All folders of an account (RFC 9051 §6.3.9): each once, no two with the same readable name, and never none.
import { MailError } from '../../model/error.ts';
import type { WireName } from '../../model/ids.ts';
import type { Folder } from '../../model/mailbox.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { readableNames } from './folder-name.ts';
import { readFolder } from './list-line.ts';
import { refusal } from './refusal.ts';
import type { Data } from './response.ts';
import type { Tags } from './tags.ts';

/** More folders than any account has. */
const MAX_FOLDERS = 100_000;

/** All folders; or, where that is refused, those below INBOX, where some servers keep all of them (I-172). */
const PATTERNS = ['LIST "" "*"', 'LIST "" "INBOX*"'];

/**
 * Lists all folders, in the server's order, each once; no two have the same readable name. `utf8`: the names are UTF-8
 * (RFC 6855 §3), not modified UTF-7. Throws MailError `protocol` where not one was told: an empty account still has its
 * INBOX (I-065).
 */
export function* list(host: string, tags: Tags, utf8: boolean = false): Dialogue<Folder[]> {
  let refused: MailError | undefined;
  for (const pattern of PATTERNS) {
    const heard = new HeardFolders(host, utf8);
    const command = { name: 'LIST', pieces: [pattern] };
    const answer = yield* exchange(host, tags, command, { data: (data) => heard.take(data) });
    if (answer.word === 'OK' && heard.size > 0) return heard.folders;
    const why = answer.word === 'OK' ? unusable(host, NONE) : refusal(host, 'LIST', 'list', answer);
    // A code speaks of the server, and not of what was asked for.
    if (why.kind !== 'refused' || answer.code !== null) throw refused ?? why;
    refused ??= why;
  }
  throw refused ?? unusable(host, NONE);
}

const NONE = 'told no folder, not even INBOX';

/** Collects folders from what is heard. */
export class HeardFolders {
  readonly #host: string;
  readonly #utf8: boolean;
  readonly #folders = new Map<WireName, Folder>();

  constructor(host: string, utf8: boolean) {
    this.#host = host;
    this.#utf8 = utf8;
  }

  get size(): number {
    return this.#folders.size;
  }

  get folders(): Folder[] {
    return readableNames([...this.#folders.values()]);
  }

  take(data: Data): void {
    const folder = readFolder(data, this.#utf8);
    if (folder === undefined) return;
    // I-126 and its like: told twice is one folder, with the attributes of both
    const before = this.#folders.get(folder.wire)?.attributes ?? [];
    const attributes = [...new Set([...before, ...folder.attributes])];
    this.#folders.set(folder.wire, { ...folder, attributes });
    if (this.#folders.size > MAX_FOLDERS) throw unusable(this.#host, `told more than ${MAX_FOLDERS} folders`);
  }
}

function unusable(host: string, what: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `IMAP LIST: ${host} ${what}`,
    phase: 'list',
  });
}
