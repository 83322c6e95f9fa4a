// A home with an archive into which mail is imported by the real command, and what its journal and its files then hold.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Journal } from '../../src/archive/journal.ts';
import { writeConfig } from '../cli/archive-home.ts';
import { CommandLine } from '../support/command-line.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

/** A message as it was written down and stored. */
export interface Imported {
  readonly folder: string;
  readonly flags: readonly string[];
  readonly received: string | null;
  readonly id: string;
  /** Its octets as latin1. */
  readonly text: string;
}

/** The JSON of an import, as far as tests look at it. */
export interface Told {
  readonly ok: boolean;
  readonly files: number;
  readonly messages: number;
  readonly stored: number;
  readonly known: number;
  readonly mended: number;
  readonly deleted: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly place: string; readonly reason: string }[];
  readonly others: readonly { readonly place: string; readonly reason: string }[];
}

/** A home, a directory `in` for what is imported, and the archive. */
export class ImportHome {
  readonly home: string;
  readonly data: string;
  readonly in: string;
  /** The command in a process of its own. */
  readonly line: CommandLine;

  constructor(t: Ending) {
    this.home = temporaryDirectory(t);
    this.data = writeConfig(this.home);
    this.line = new CommandLine(join(this.home, '.config/mailkeep/config.yaml'));
    this.in = join(this.home, 'in');
    mkdirSync(this.in);
  }

  /** Writes a file below `in`; a string is latin1. Returns its path. */
  put(name: string, content: string | Buffer): string {
    const path = join(this.in, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, 'latin1');
    return path;
  }

  /** Runs `mailkeep import … --json`. */
  async import(...argv: readonly string[]): Promise<Told> {
    const { out, err } = await mailkeep(['import', '--json', ...argv], { home: this.home });
    assert.equal(err, '');
    return JSON.parse(out) as Told;
  }

  /** What an account's journal tells, in its order. */
  async stored(account: string = 'import'): Promise<Imported[]> {
    const found: Imported[] = [];
    for await (const { entry } of new Journal(this.data).replay(account, 0)) {
      assert.equal(entry.op, 'seen');
      if (entry.op !== 'seen') continue;
      const bytes = readFileSync(join(this.data, 'mail', entry.path));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), entry.id);
      const { folder, flags, received, id } = entry;
      found.push({ folder, flags, received, id, text: bytes.toString('latin1') });
    }
    return found;
  }
}

/** A home with an mbox, with one message twice, and a Maildir, with one that is larger than memory holds. */
export function filled(t: Ending): ImportHome {
  const home = new ImportHome(t);
  home.put('box', [1, 2, 3, 4, 4].map((n) => `${FROM}${letter(`m${n}`)}\n`).join(''));
  home.put('md/cur/1.a:2,S', letter('m5'));
  home.put('md/new/2.b', letter('large', 'y'.repeat(400_000)));
  return home;
}

/** A small message whose lines end in LF; `name` makes it one of its own. */
export function letter(name: string, body: string = 'Hello.\n', header: string = ''): string {
  return `From: anna@example.com\nSubject: ${name}\nMessage-ID: <${name}@example.com>\nDate: Mon, 6 May 2024 08:00:00 +0000\n${header}\n${body}`;
}

/** The same as a server has it. */
export function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

/** A `From ` line. */
export const FROM = 'From anna@example.com Mon May  6 08:00:05 2024\n';
