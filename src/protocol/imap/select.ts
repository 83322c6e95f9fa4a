// A folder is opened to be changed (RFC 9051 §6.3.2). Only what deletes at the server, or files a copy there, comes here;
// all that only reads uses EXAMINE.
import type { WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { openFolder } from './examine.ts';
import type { Asking, Examined } from './examine.ts';
import type { Identity } from './id.ts';
import type { Tags } from './tags.ts';

/** What is known of a folder that was opened by SELECT. */
export interface Selected extends Examined {
  /** The server lets nothing in it be changed all the same (RFC 9051 §7.1, READ-ONLY). */
  readonly readOnly: boolean;
}

/** Opens `wire` for changes; `identity` and `asking` as in `examine`. Throws MailError `refused` or `busy`; no folder is open then. */
export function* select(
  host: string,
  tags: Tags,
  wire: WireName,
  identity: Identity | null = null,
  asking: Asking = {},
): Dialogue<Selected> {
  const [answer, state] = yield* openFolder('SELECT', host, tags, wire, identity, asking);
  return { ...state, readOnly: answer.code?.name === 'READ-ONLY' };
}
