// One message into its row and its searchable columns. A message that is there already is left as it is: its bytes,
// and so its text, cannot have changed.
import { inflateRawSync } from 'node:zlib';
import type { Statement } from 'better-sqlite3';
import type { MessageId } from '../model/ids.ts';
import { Briefs } from './briefs.ts';
import type { Index } from './database.ts';
import type { Document } from './document.ts';
import { FreeRows } from './free-rows.ts';
import { tokens } from './text.ts';

/** Writes and finds messages in one index. Keep one for each open database: it holds prepared statements. */
export class Messages {
  readonly #rowOf: Statement<[Buffer], { row: number }>;
  readonly #pathOf: Statement<[Buffer], { path: string }>;
  readonly #insert: Statement;
  readonly #insertText: Statement;
  readonly #remove: Statement;
  readonly #removeText: Statement;
  readonly #move: Statement;
  readonly #briefs: Briefs;
  readonly #late: Statement;
  readonly #inTime: Statement;
  readonly #free: FreeRows;

  constructor(db: Index) {
    this.#rowOf = db.prepare('SELECT row FROM message WHERE id = ?');
    this.#pathOf = db.prepare('SELECT path FROM message WHERE id = ?');
    this.#insert = db.prepare(
      `INSERT INTO message (row, id, path, date, size, subject, sender, recipients, msgid, parent, refs, list,
       attachments, state, reason, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertText = db.prepare(
      'INSERT INTO fts (rowid, subject, sender, recipients, cc, bcc, files, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#remove = db.prepare('DELETE FROM message WHERE row = ?');
    this.#removeText = db.prepare('DELETE FROM fts WHERE rowid = ?');
    this.#move = db.prepare('UPDATE location SET row = ? WHERE row = ?');
    this.#late = db.prepare('INSERT INTO late (again, row) VALUES (0, ?)');
    this.#inTime = db.prepare('DELETE FROM late WHERE again IN (0, 1) AND row = ?');
    this.#briefs = new Briefs(db);
    this.#free = new FreeRows(db);
  }

  /** The row of a message, or undefined where it is not indexed. */
  rowOf(id: MessageId): number | undefined {
    return this.#rowOf.get(Buffer.from(id, 'hex'))?.row;
  }

  /** Where its file lies, below `<data>/mail`, or undefined where it is not indexed. */
  pathOf(id: MessageId): string | undefined {
    return this.#pathOf.get(Buffer.from(id, 'hex'))?.path;
  }

  /** Adds a message inside the caller's transaction. Returns its row, the old one where it was there. */
  add(doc: Document): number {
    const known = this.rowOf(doc.id);
    if (known !== undefined) return known;
    const row = this.#free.take(secondOf(doc.date));
    this.#put(row, doc);
    return row;
  }

  /**
   * Puts what was read late in the place of what was there, inside the caller's transaction; its date may be another now. With
   * `keep` what was there stays, and is not late any more.
   */
  replace(doc: Document, keep: boolean = false): void {
    const before = this.rowOf(doc.id);
    if (before === undefined) return;
    this.#inTime.run(before);
    if (keep) return;
    this.#remove.run(before);
    this.#removeText.run(before);
    this.#briefs.remove(before);
    const second = secondOf(doc.date);
    const row = second === before ? before : this.#free.take(second);
    this.#put(row, doc);
    this.#move.run(row, before);
  }

  #put(row: number, doc: Document): void {
    this.#insert.run(
      row,
      Buffer.from(doc.id, 'hex'),
      doc.path,
      doc.date,
      doc.size,
      doc.subject,
      doc.sender,
      [doc.recipients, doc.cc].filter((text) => text !== '').join(', '),
      doc.msgid,
      doc.parent,
      doc.refs,
      doc.list,
      JSON.stringify(doc.attachments),
      doc.state === 'full' ? 0 : 1,
      doc.reason,
      doc.body,
    );
    const { subject, sender, recipients, cc, bcc, files, body } = doc.fts;
    const words = body ?? tokens(inflateRawSync(doc.body).toString('utf8'));
    this.#insertText.run(row, subject, sender, recipients, cc, bcc, files, words);
    this.#briefs.put(row, doc);
    if (doc.isLate === true) this.#late.run(row);
  }
}

function secondOf(date: number | null): number {
  return date === null ? 0 : Math.floor(date / 1000);
}
