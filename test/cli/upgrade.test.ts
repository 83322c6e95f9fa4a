// Upgrades: what each older mailkeep has written is taken over whole, however often that is interrupted, and what a newer one has
// written is left alone. The fixtures were written by the mailkeep of that form.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { stringify } from 'yaml';
import { sealed } from '../../src/archive/journal-line.ts';
import { closeIndex, isSound, openIndex } from '../../src/index/database.ts';
import { SCHEMA_VERSION } from '../../src/index/schema.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { list } from '../../src/outbox/list.ts';
import { SCHEMA } from '../../src/outbox/schema.ts';
import { search } from '../../src/search/search.ts';
import { mailkeep } from '../support/run.ts';
import { FIXTURES, formsOf } from '../support/forms.ts';
import { noStrace } from '../support/strace.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

/** Whoever makes a new form keeps a fixture of the one before. */
function allBefore(of: 'index' | 'outbox', now: number): void {
  const before = Array.from({ length: now - 1 }, (_, n) => n + 1);
  assert.deepEqual(
    formsOf(of).filter((form) => form < now),
    before,
  );
}

/** A data directory with the database of that form. */
function restored(t: Ending, of: 'index' | 'outbox', form: number): string {
  const data = temporaryDirectory(t);
  const db = new Database(join(data, `${of}.db`));
  // The tables behind the full-text index are written too.
  db.unsafeMode(true);
  db.exec(`BEGIN; ${readFileSync(join(FIXTURES, `${of}-${form}.sql`), 'utf8')} COMMIT;`);
  db.pragma('journal_mode = WAL');
  db.close();
  return data;
}

test('an index of each older form finds what it found, and knows the places and flags', (t) => {
  allBefore('index', SCHEMA_VERSION);
  for (const form of formsOf('index')) {
    const data = restored(t, 'index', form);
    if (form < SCHEMA_VERSION)
      assert.throws(() => openIndex(data, 'read'), { kind: 'storage', message: /older form/ }, String(form));
    finds(data, form);
  }
});

/** Opened by a writer it is of the newest form, and finds what it found. */
function finds(data: string, form: number): void {
  const db = openIndex(data, 'write');
  assert.equal(db.pragma('user_version', { simple: true }), SCHEMA_VERSION);
  assert.ok(isSound(db));
  const found = (query: string): string[] =>
    search(db, query, { now: Date.UTC(2026, 5), limit: 9 })
      .hits.map(({ subject }) => subject ?? '')
      .toSorted();
  assert.deepEqual(found('paint'), ['Re: The lighthouse', 'The lighthouse'], `form ${form}`);
  assert.deepEqual(found('油漆'), ['The lighthouse']);
  assert.deepEqual(found('in:Sent'), ['Holidays']);
  assert.deepEqual(found('-is:unread in:INBOX'), ['The lighthouse']);
  assert.deepEqual(found('from:ben2'), ['Re: The lighthouse']);
  closeIndex(db);
}

test('a queue of each older form keeps its letters, and a copy of what it was', (t) => {
  allBefore('outbox', SCHEMA.length);
  for (const form of formsOf('outbox')) {
    const data = restored(t, 'outbox', form);
    openJournal(data, 'write').close();
    whole(data, form);
    if (form === SCHEMA.length) continue;
    const copy = new Database(join(data, `outbox.db.form-${form}`), { readonly: true });
    assert.equal(copy.pragma('user_version', { simple: true }), form);
    assert.equal(copy.prepare('SELECT count(*) FROM entry').pluck().get(), 2);
    copy.close();
    openJournal(data, 'write').close();
    assert.equal(readdirSync(data).filter((name) => name.includes('.form-')).length, 1);
  }
});

/** Both letters are there, as they stood. */
function whole(data: string, form: number): void {
  const db = new Database(join(data, 'outbox.db'), { readonly: true });
  assert.equal(db.pragma('user_version', { simple: true }), SCHEMA.length);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
  const letters = list(data).toSorted((a, b) => (a.file < b.file ? -1 : 1));
  assert.deepEqual(
    letters.map(({ file, account, state, recipients }) => [
      file,
      account,
      state,
      recipients.map(({ address }) => address),
    ]),
    [
      ['sent.eml', 'ann', 'sent', ['ann@mail.test']],
      ['waits.eml', 'ann', 'due', ['ben@mail.test']],
    ],
    `form ${form}`,
  );
}

test(
  'a migration that is killed at any of its effects is done by the next start',
  { skip: noStrace },
  (t) => {
    const module = (path: string): string => JSON.stringify(join(import.meta.dirname, '../../src', path));
    const opening = {
      outbox: `const { openJournal } = await import(${module('outbox/open-journal.js')});
      openJournal(process.argv[1], 'write').close();`,
      index: `const { openIndex, closeIndex } = await import(${module('index/database.js')});
      closeIndex(openIndex(process.argv[1], 'write'));`,
    };
    for (const of of ['outbox', 'index'] as const) {
      const [form = 0] = formsOf(of);
      const before = restored(t, of, form);
      let kills = 0;
      for (const call of ['pwrite64', 'fsync', 'ftruncate', 'rename', 'unlink']) {
        // SQLite writes many pages one after another: of these some.
        for (let n = 1; ; n += n > 6 ? 9 : 1) {
          const data = temporaryDirectory(t);
          cpSync(before, data, { recursive: true });
          const strike = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${n}`];
          const under = ['-f', '-qq', '-o', '/dev/null', ...strike];
          const child = [process.execPath, '--input-type=module', '-e', opening[of], data];
          // io_uring would pass strace by.
          const env = { ...process.env, UV_USE_IO_URING: '0' };
          const { signal, status } = spawnSync('strace', [...under, ...child], { env });
          if (of === 'index') finds(data, form);
          else {
            openJournal(data, 'write').close();
            whole(data, form);
            assert.ok(existsSync(join(data, `outbox.db.form-${form}`)), 'the copy of before is there');
          }
          if (signal !== 'SIGKILL') {
            assert.equal(status, 0, `${of} ${call} ${n}`);
            break;
          }
          kills++;
        }
      }
      assert.ok(kills > 15, `${of}: ${kills} kills`);
      t.diagnostic(`${of}: ${kills} kills`);
    }
  },
);

test('what a newer mailkeep has written is refused with code 78, which no service manager answers by a restart, and keeps every octet', async (t) => {
  const home = temporaryDirectory(t);
  const data = join(home, 'data');
  mkdirSync(data);
  const config = join(home, 'config.yaml');
  const receive = { protocol: 'imap', host: '127.0.0.1', port: 9, tls: 'none' };
  writeFileSync(
    config,
    stringify({ data, accounts: [{ name: 'a', address: 'a@b.test', password: 'x', receive }] }),
    { mode: 0o600 },
  );
  const mail = join(home, 'x.eml');
  writeFileSync(mail, 'From: a@b.test\nSubject: x\n\nHello.\n');
  const imported = await mailkeep(['--config', config, 'import', mail], { home });
  assert.equal(imported.code, 0, imported.err);
  openJournal(data, 'write').close();
  const files = ['index.db', 'outbox.db', 'journal/import.jsonl'].map((name) => join(data, name));
  const [index = '', outbox = '', journal = ''] = files;
  const before = new Map(files.map((path) => [path, readFileSync(path)]));
  const asNewer = (path: string): void => {
    if (path === journal) {
      const [, ...lines] = readFileSync(path, 'utf8').split(/(?<=\n)/);
      const header = sealed({ format: 'mailkeep-journal', version: 99, account: 'import' });
      return writeFileSync(path, [header, ...lines, sealed({ op: 'unheard of' })].join(''));
    }
    const db = new Database(path);
    // A form of the future may keep its log in another way, too.
    db.pragma('journal_mode = DELETE');
    db.pragma('user_version = 99');
    db.close();
  };
  const writing = [['daemon'], ['sync'], ['import', mail]];
  const reading = [
    ['search', 'x'],
    ['export', 'x', '--format', 'eml', '--to', join(home, 'out')],
  ];
  for (const [path, commands] of [
    [index, [...writing, ...reading, ['status']]],
    [outbox, [['daemon'], ['status'], ['outbox', 'list']]],
    [journal, [...writing, ['status'], ['reindex'], ['verify']]],
  ] as const) {
    asNewer(path);
    const newer = readFileSync(path);
    for (const command of commands) {
      const { code, err } = await mailkeep(['--config', config, ...command], { home });
      assert.equal(code, 78, `${path} ${command.join(' ')}: ${err}`);
      assert.match(err, /99/);
      assert.match(err, /hint: .*newer/);
      assert.ok(readFileSync(path).equals(newer), `${path} is as it was after ${command.join(' ')}`);
    }
    for (const [name, octets] of before) writeFileSync(name, octets);
  }
  assert.equal((await mailkeep(['--config', config, 'verify'], { home })).code, 0);
});
