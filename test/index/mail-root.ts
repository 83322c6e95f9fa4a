// A directory of stored messages for tests, and an Extractor that reads them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Document, ExtractJob } from '../../src/index/document.ts';
import { Extractor } from '../../src/index/extract.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { idOf } from './document.ts';

/** Messages can be put there and read. */
export interface MailRoot {
  readonly path: string;
  stored(raw: string | Buffer): ExtractJob;
  read(raw: string | Buffer): Promise<Document>;
  readonly extractor: Extractor;
}

/** A mail root that is gone when the test ends. */
export function mailRoot(test: Ending, workers: number = 1): MailRoot {
  const path = temporaryDirectory(test);
  const extractor = new Extractor({ mailRoot: path, workers });
  test.after(() => extractor.close());
  mkdirSync(join(path, 'undated'), { recursive: true });
  const stored = (raw: string | Buffer): ExtractJob => {
    const octets = Buffer.isBuffer(raw) ? raw : Buffer.from(raw, 'latin1');
    const id = idOf(octets.toString('latin1'));
    const file = `undated/${id}.eml`;
    writeFileSync(join(path, file), octets);
    return { id, path: file, size: octets.length, date: null };
  };
  const read = async (raw: string | Buffer): Promise<Document> => {
    const [document] = await extractor.extract([stored(raw)]);
    if (document === undefined) throw new Error('no document came back');
    return document;
  };
  return { path, stored, read, extractor };
}

/** The stored text, its attachments behind form feeds. */
export function textOf({ body }: Document): string {
  return inflateRawSync(body).toString('utf8');
}
