// A new folder (RFC 9051 §6.3.4), told for what it is there where the server bears it (RFC 6154 §3).
import type { WireName } from '../../model/ids.ts';
import type { SpecialUse } from '../../model/special-use.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip } from '../text.ts';
import { commandOf } from './astring.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { readableName } from './folder-name.ts';
import { refusal } from './refusal.ts';
import type { Tags } from './tags.ts';

/**
 * Makes the folder `wire`; one that is there already is as good. `use`: what for, where CREATE-SPECIAL-USE is offered; a
 * server that cannot mark this one makes it without. Throws MailError where the server refuses.
 */
export function* create(
  host: string,
  tags: Tags,
  capabilities: Capabilities,
  wire: WireName,
  use?: SpecialUse,
): Dialogue<void> {
  const marked = use !== undefined && capabilities.has('CREATE-SPECIAL-USE');
  let answer = yield* ask(host, tags, wire, marked ? ` (USE (${use}))` : '');
  // RFC 6154 §3: USEATTR says that it is the mark that is not borne
  if (marked && answer.word !== 'OK' && !isThere(answer)) answer = yield* ask(host, tags, wire, '');
  if (answer.word === 'OK' || isThere(answer)) return;
  throw refusal(host, `CREATE "${clip(readableName(wire), 100)}"`, 'create', answer);
}

/** RFC 5530 §3; Cyrus and Courier say it in words. Where it is not so, whoever opens the folder is told. */
function isThere({ code, text }: Answer): boolean {
  return code?.name === 'ALREADYEXISTS' || (code === null && /\balready exists\b/i.test(text));
}

function ask(host: string, tags: Tags, wire: WireName, behind: string): Dialogue<Answer> {
  const pieces = commandOf('CREATE', [wire]);
  const last = `${pieces.at(-1) ?? ''}${behind}`;
  return exchange(host, tags, { name: 'CREATE', pieces: [...pieces.slice(0, -1), last] });
}
