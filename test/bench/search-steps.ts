// The two halves of the search benchmark, each a process of its own, so that its memory is its own: `build DIR COUNT` makes an index,
// `ask DIR` puts the queries. Each prints one line of JSON.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Entry } from '../../src/archive/entry.ts';
import { commitAll } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Document } from '../../src/index/document.ts';
import { tokens } from '../../src/index/text.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { facets } from '../../src/search/facets.ts';
import { count, list } from '../../src/search/search.ts';
import { letters } from './letters.ts';
import type { Letter } from './letters.ts';
import { queries } from './search-queries.ts';

/** What building an index cost; seconds, octets. */
export interface Built {
  readonly messages: number;
  /** Normalising the text, which worker threads do in a real archive. */
  readonly tokens: number;
  /** Rows, places and full-text index, one writer. */
  readonly writing: number;
  readonly text: number;
  readonly index: number;
  readonly fullText: number;
  readonly peak: number;
}

/** Milliseconds by the clock, and of the processor: on a machine that is busy with other work the second tells more. */
export type Time = readonly [clock: number, processor: number];

/** What each question to one query took. */
export interface Answered {
  readonly query: string;
  readonly group: string;
  readonly total: number;
  readonly newest: Time;
  readonly count: Time;
  readonly relevance: Time;
  readonly facets: Time;
}

const TOGETHER = 500;

function build(data: string, total: number): Built {
  const db = openIndex(data, 'write');
  // As a rebuild does it.
  db.pragma('wal_autocheckpoint = 8000');
  db.exec("INSERT INTO fts (fts, rank) VALUES ('automerge', 0)");
  const spent = { tokens: 0, writing: 0 };
  let text = 0;
  const uids = new Map<string, number>();
  let batch: Letter[] = [];
  const flush = (): void => {
    const started = performance.now();
    const documents = batch.map(documentOf);
    spent.tokens += performance.now() - started;
    text += documents.reduce((sum, { size }) => sum + size, 0);
    const wrote = performance.now();
    commitAll(db, documents, changes(batch, uids));
    db.prepare("INSERT INTO fts (fts, rank) VALUES ('merge', 500)").run();
    spent.writing += performance.now() - wrote;
    batch = [];
  };
  let done = 0;
  for (const letter of letters(total)) {
    batch.push(letter);
    if (batch.length === TOGETHER) flush();
    done += 1;
    if (done % 50_000 === 0) process.stderr.write(`${done} of ${total}\n`);
  }
  if (batch.length > 0) flush();
  const ended = performance.now();
  db.exec("INSERT INTO fts (fts, rank) VALUES ('automerge', 4)");
  const fullText = db.prepare<[], number>('SELECT sum(length(block)) FROM fts_data').pluck().get() ?? 0;
  closeIndex(db);
  spent.writing += performance.now() - ended;
  const index = statSync(join(data, 'index.db')).size;
  return {
    messages: done,
    tokens: spent.tokens / 1000,
    writing: spent.writing / 1000,
    text,
    index,
    fullText,
    peak: peakOf(),
  };
}

/** The most memory that this process ever held, in octets. */
function peakOf(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}

function documentOf(letter: Letter): Document {
  const { id, date, from, to, subject, text, msgid, refs, file } = letter;
  const attachments = file === null ? [] : [{ name: file, type: 'application/octet-stream', size: 1000 }];
  return {
    id,
    path: `${new Date(date).toISOString().slice(0, 7).replace('-', '/')}/${id}.eml`,
    size: [text, subject, from, to, file ?? ''].reduce((sum, one) => sum + Buffer.byteLength(one), 0),
    date,
    subject,
    sender: from,
    recipients: to,
    cc: '',
    bcc: '',
    msgid,
    parent: refs?.split(' ').at(-1) ?? null,
    refs,
    list: letter.list,
    attachments,
    body: deflateRawSync(text),
    fts: {
      subject: tokens(subject),
      sender: tokens(from),
      recipients: tokens(to),
      cc: '',
      bcc: '',
      files: tokens(file ?? ''),
      body: tokens(text),
    },
    state: 'full',
    reason: null,
  };
}

function changes(
  batch: readonly Letter[],
  uids: Map<string, number>,
): { account: string; entries: Entry[]; offset: number }[] {
  const accounts = new Map<string, Entry[]>();
  for (const { id, account, folder, flags, date } of batch) {
    const uid = (uids.get(`${account}/${folder}`) ?? 0) + 1;
    uids.set(`${account}/${folder}`, uid);
    const at = new Date(date).toISOString();
    const entry: Entry = {
      op: 'seen',
      at,
      folder,
      validity: 1 as UidValidity,
      uid: uid as Uid,
      id,
      path: '',
      size: 0,
      received: at,
      flags,
    };
    accounts.set(account, [...(accounts.get(account) ?? []), entry]);
  }
  return [...accounts].map(([account, entries]) => ({ account, entries, offset: 0 }));
}

function put(data: string): Answered[] {
  const db = openIndex(data, 'read');
  const when = { now: Date.UTC(2026, 0), zone: 480 };
  const timed = (work: () => unknown): Time => {
    const [started, before] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(before);
    return [performance.now() - started, (user + system) / 1000];
  };
  const answered = queries().map(({ query, group }): Answered => {
    const newest = timed(() => list(db, query, { ...when, limit: 50 }));
    let total = 0;
    const counted = timed(() => (total = count(db, query, when)));
    const relevance = timed(() => list(db, query, { ...when, limit: 50, sort: 'relevance' }));
    return {
      query,
      group,
      total,
      newest,
      count: counted,
      relevance,
      facets: timed(() => facets(db, query, when)),
    };
  });
  db.close();
  return answered;
}

const [step, data = '', total] = process.argv.slice(2);
console.log(JSON.stringify(step === 'build' ? build(data, Number(total)) : put(data)));
