// `<data>/verified.json`: what the last checks of the archive found, for `status` and for whoever checks next. No truth and no
// position: where it is lost, or cannot be read, the next check writes it anew.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MailError } from '../model/error.ts';
import { writeAtomic } from '../runtime/atomic-file.ts';

/** The last proof of an account, in figures. */
export interface LastProof {
  /** When it ended; milliseconds since 1970, like all times here. */
  readonly at: number;
  readonly proved: boolean;
  readonly server: number;
  readonly stored: number;
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  readonly damaged: number;
  /** Folders that the server refused to open: what is in them is not proved. */
  readonly unread: number;
  /** Why it came to no end. */
  readonly error: string | null;
}

/** What the last checks found. */
export interface LastChecks {
  /** When checks began to be written down. */
  readonly since: number;
  /** The last re-hashing: of all files, or of one part of so many (`3/28`). */
  readonly files: {
    readonly at: number;
    readonly part: string | null;
    readonly files: number;
    readonly well: boolean;
  } | null;
  /** When each part of `of` was last re-hashed. */
  readonly parts: { readonly of: number; readonly at: readonly (number | null)[] };
  /** Messages whose files are known to be damaged, or not there. */
  readonly damaged: readonly string[];
  readonly missing: readonly string[];
  /** By account. */
  readonly proofs: Readonly<Record<string, LastProof>>;
}

const count = z.number();
const shape: z.ZodType<LastChecks> = z.object({
  since: count,
  files: z.object({ at: count, part: z.string().nullable(), files: count, well: z.boolean() }).nullable(),
  parts: z.object({ of: z.int().min(1).max(1000), at: z.array(count.nullable()).max(1000) }),
  damaged: z.array(z.string()),
  missing: z.array(z.string()),
  proofs: z.record(
    z.string(),
    z.object({
      at: count,
      proved: z.boolean(),
      server: count,
      stored: count,
      missing: count,
      changed: count,
      extra: count,
      damaged: count,
      // Was not written down before.
      unread: count.default(0),
      error: z.string().nullable(),
    }),
  ),
});

/** What was written down last; at first, nothing, since `now`. */
export async function lastChecks(data: string, now: number): Promise<LastChecks> {
  const none = { since: now, files: null, parts: { of: 1, at: [] }, damaged: [], missing: [], proofs: {} };
  try {
    const text = await readFile(join(data, 'verified.json'), 'utf8');
    return shape.parse(JSON.parse(text));
  } catch {
    return none;
  }
}

/**
 * Writes down what `change` makes of it. Where it cannot be written (a full disk, an archive that is only to be read) what was
 * found is told all the same, and `status` knows the check before it.
 */
export async function noteChecks(
  data: string,
  now: number,
  change: (before: LastChecks) => LastChecks,
): Promise<void> {
  const after = change(await lastChecks(data, now));
  try {
    await writeAtomic(join(data, 'verified.json'), `${JSON.stringify(after)}\n`, 0o600);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'storage') throw thrown;
  }
}

/** The part, from 1, that was not re-hashed for the longest time. */
export function duePart({ parts }: Pick<LastChecks, 'parts'>, of: number): number {
  const at = Array.from({ length: of }, (_, nth) => (parts.of === of ? (parts.at[nth] ?? 0) : 0));
  return at.indexOf(Math.min(...at)) + 1;
}
