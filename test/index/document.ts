// Documents for tests, as a worker would make them of very small messages.
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Document } from '../../src/index/document.ts';
import type { MessageId } from '../../src/model/ids.ts';

/** The id of a message that consists of `text`. */
export function idOf(text: string): MessageId {
  return createHash('sha256').update(text).digest('hex') as MessageId;
}

/** A document whose body is `text`, with other fields as given. */
export function documentOf(text: string, fields: Partial<Document> = {}): Document {
  const id = idOf(text);
  const empty = { subject: '', sender: '', recipients: '', cc: '', bcc: '', files: '' };
  return {
    ...empty,
    id,
    path: `undated/${id}.eml`,
    size: text.length,
    date: null,
    msgid: null,
    parent: null,
    refs: null,
    list: null,
    attachments: [],
    body: deflateRawSync(text),
    fts: { ...empty, body: text },
    state: 'full',
    reason: null,
    ...fields,
  };
}
