// The short row beside each message's long one: what it is counted, ordered and put together by.
import type { Statement } from 'better-sqlite3';
import type { Index } from './database.ts';
import type { Document } from './document.ts';
import { firstPerson } from './people.ts';
import { topicOf } from './topic.ts';

/** Writes short rows in one index. Keep one for each open database. */
export class Briefs {
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #known: Statement<[string], { id: number; name: string }>;
  readonly #meet: Statement;
  readonly #call: Statement;

  constructor(db: Index) {
    this.#insert = db.prepare(
      'INSERT INTO brief (row, date, size, person, attached, topic, answers) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#remove = db.prepare('DELETE FROM brief WHERE row = ?');
    this.#known = db.prepare('SELECT id, name FROM person WHERE address = ?');
    this.#meet = db.prepare('INSERT INTO person (address, name) VALUES (?, ?)');
    this.#call = db.prepare('UPDATE person SET name = ? WHERE id = ?');
  }

  /** Adds the row of a message inside the caller's transaction. */
  put(row: number, doc: Document): void {
    const { key, answers } = topicOf(doc.subject);
    const says = doc.parent !== null || doc.refs !== null;
    const attached = doc.attachments.length;
    this.#insert.run(
      row,
      doc.date,
      doc.size,
      this.#personOf(doc.sender),
      attached,
      key,
      Number(answers && !says),
    );
  }

  /** Takes a row away inside the caller's transaction. */
  remove(row: number): void {
    this.#remove.run(row);
  }

  /** Nothing is remembered here: a transaction that is taken back takes its people with it. */
  #personOf(sender: string): number | bigint | null {
    const person = firstPerson(sender);
    if (person === null) return null;
    const known = this.#known.get(person.address);
    if (known === undefined) return this.#meet.run(person.address, person.name).lastInsertRowid;
    if (known.name === '' && person.name !== '') this.#call.run(person.name, known.id);
    return known.id;
  }
}
