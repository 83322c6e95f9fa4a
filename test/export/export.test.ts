// What leaves the archive comes back as it was: the circle of export and import in each format, and what an export never does.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { mailkeep } from '../support/run.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { MessageId } from '../../src/model/ids.ts';
import { samples } from '../messages/samples.ts';
import { arrived, openHouse, uid } from '../index/archive.ts';
import { crlf, ImportHome, letter } from '../import/imported.ts';

/** Messages that an mbox or a Maildir could spoil. */
const DELICATE: readonly string[] = [
  crlf(
    letter(
      'from lines',
      'From a\n>From b\n\nFrom anna@example.com Mon May  6 08:00:05 2024\nSubject: x\n\n>>From c\n',
    ),
  ),
  crlf(letter('no end', 'the last line has no end')).trimEnd(),
  letter('lines that end in LF'),
  letter('lf, and no end').trimEnd(),
  letter('mixed').replace('Hello.\n', 'Hello.\r\nBye.\n'),
  crlf(letter('lone CR', 'a\rb\r\n\rFrom c\n')),
  'Subject: only a header\r\n',
  'Subject: a header and its blank line\r\n\r\n',
  crlf(letter('blank lines at the end', 'x\n\n\n\n')),
  crlf(letter('a length that holds by chance', 'a\nFrom b\nc\n', 'Content-Length: 11\n')),
  `From someone\r\n${crlf(letter('a From line first'))}`,
  `Status: RO\r\nX-Status: F\r\nX-Mailkeep: ${'a'.repeat(64)} lf\r\n${crlf(letter('flags among its headers', 'x\n', 'Status: open\nStatus: RO\nContent-Length: 4\n'))}`,
  `X-Mozilla-Status: 0009\r\n${crlf(letter('deleted elsewhere'))}`,
  crlf(letter('long', `${'>'.repeat(500_000)}From x\n${'z'.repeat(1_500_000)}\nFrom y`)),
  crlf(letter('a CR before its line end', 'x\r\n\r\r\n')),
  '\r\n',
  'no header',
];

interface Filled {
  readonly home: ImportHome;
  /** By id: flags and date. */
  readonly all: ReadonlyMap<
    string,
    { readonly flags: string; readonly received: string; readonly folder: string }
  >;
}

async function filled(t: Parameters<typeof openHouse>[0]): Promise<Filled> {
  const home = new ImportHome(t);
  const house = await openHouse(t, home.data);
  const folders = ['INBOX', '客户往来', 'Archive/2024', 'a.b', '../up', 'x'.repeat(300)];
  const flags = [['\\Seen'], [], ['\\Seen', '\\Answered', '\\Flagged'], ['\\Draft'], ['\\Deleted', '\\Seen']];
  const raws = [...DELICATE, ...samples().map(({ bytes }) => bytes.toString('latin1'))];
  const all = new Map<string, { flags: string; received: string; folder: string }>();
  const batch = raws.map((raw, at) => {
    const id = createHash('sha256').update(raw, 'latin1').digest('hex');
    const received = Date.UTC(2024, 4, 6, 8, 0, at);
    const folder = folders[at % folders.length] ?? 'INBOX';
    const own = flags[at % flags.length] ?? [];
    all.set(id, { flags: own.toSorted().join(' '), received: new Date(received).toISOString(), folder });
    return { ...arrived(house, raw, uid(at + 1, folder), own), received };
  });
  await house.keeper.keep('qq', batch);
  await house.close();
  return { home, all };
}

async function exported(home: ImportHome, ...argv: readonly string[]): Promise<Told> {
  const { code, out, err } = await mailkeep(['export', '--json', ...argv], { home: home.home });
  return { ...(JSON.parse(out) as Told), code, err };
}

interface Told {
  readonly code: number;
  readonly err: string;
  readonly messages: number;
  readonly written: number;
  readonly known: number;
  readonly failed: number;
  readonly failures: readonly { readonly id: string; readonly reason: string }[];
  readonly keywordsLeft: readonly string[];
}

for (const format of ['eml', 'mbox', 'maildir']) {
  test(`the circle: what is exported as ${format} and imported is the same, octet for octet`, async (t) => {
    const { home, all } = await filled(t);
    const to = join(home.home, `out.${format}`);
    const told = await exported(home, '', '--format', format, '--to', to);
    assert.deepEqual([told.code, told.written, told.failed], [0, all.size, 0]);
    const second = new ImportHome(t);
    const { failures, stored } = await second.import(to);
    assert.deepEqual([failures, stored], [[], all.size]);
    const back = await second.stored();
    assert.deepEqual(back.map(({ id }) => id).sort(), [...all.keys()].sort());
    if (format === 'eml') return; // it has neither flags nor dates
    for (const { id, flags, received, folder } of back) {
      const before = all.get(id);
      assert.equal(flags.toSorted().join(' '), before?.flags);
      assert.equal(received, before?.received);
      if (format === 'maildir' && (before?.folder.length ?? 0) < 100) assert.equal(folder, before?.folder);
    }
  });
}

test('an mbox brings back hundreds of keywords, and messages dated in another century', async (t) => {
  const home = new ImportHome(t);
  const house = await openHouse(t, home.data);
  const flags = Array.from({ length: 300 }, (_, n) => `keyword-${n}`);
  const batch = ['2024', '2150', '2200', '1970'].map((year, at) => {
    const raw = crlf(letter(year)).replace('2024', year).replace('Mon, ', '');
    return { ...arrived(house, raw, uid(at + 1), flags), received: null };
  });
  const ids = (await house.keeper.keep('qq', batch)).map(({ id }) => id);
  await house.close();
  const box = join(home.home, 'box');
  assert.equal((await exported(home, '', '--format', 'mbox', '--to', box)).written, 4);
  const second = new ImportHome(t);
  assert.equal((await second.import(box)).stored, 4);
  const back = await second.stored();
  assert.deepEqual(back.map(({ id }) => id).sort(), ids.toSorted());
  for (const one of back) assert.deepEqual(one.flags, flags);
});

test('keywords go into a Maildir with letters of the folder, 26 of them, and what has none is told', async (t) => {
  const home = new ImportHome(t);
  const names = Array.from({ length: 26 }, (_, n) => `${n} word${n}\n`).join('');
  for (const part of ['new', 'tmp']) mkdirSync(join(home.in, 'm', part), { recursive: true });
  home.put('m/dovecot-keywords', names);
  home.put('m/cur/1.a:2,FSabcdefghijklmnopqrstuvwxyz', letter('all', 'x\n'));
  for (const part of ['new', 'tmp']) mkdirSync(join(home.in, 'more', part), { recursive: true });
  home.put('more/dovecot-keywords', '0 Last\n1 word3\n');
  home.put('more/cur/2.b:2,ab', letter('last', 'x\n'));
  assert.equal((await home.import(join(home.in, 'm'))).stored, 1);
  assert.equal((await home.import(join(home.in, 'more'))).stored, 1);
  const to = join(home.home, 'md');
  const told = await exported(home, '', '--format', 'maildir', '--to', to);
  // Messages are written side by side: 'Last' is too late where it comes second, and the last of the others where it comes first.
  const [left = 'none', ...more] = told.keywordsLeft;
  assert.deepEqual([told.code, told.written, more], [0, 2, []]);
  assert.ok(['Last', 'word25'].includes(left), left);
  const second = new ImportHome(t);
  await second.import(to);
  const kept = (one: { readonly flags: readonly string[] }): string =>
    one.flags
      .filter((flag) => flag !== left)
      .sort()
      .join(' ');
  const flags = (await second.stored()).map((one) => one.flags.toSorted().join(' '));
  assert.deepEqual(flags.toSorted(), (await home.stored()).map(kept).toSorted());
});

test('the three formats are as other programs want them', async (t) => {
  const { home } = await filled(t);
  const at = (name: string): string => join(home.home, name);
  await exported(home, 'subject:"from lines"', '--format', 'mbox', '--to', at('box'));
  assert.match(
    readFileSync(at('box'), 'latin1'),
    /^From anna@example\.com Mon May {2}6 08:00:00 2024\nStatus: RO\nX-Mailkeep: [0-9a-f]{64} crlf\nFrom: anna@example\.com\n[^\r]*\n\n>From a\n>>From b\n\n>From anna@example\.com .*\nSubject: x\n\n>>>From c\n\n$/,
  );
  await exported(home, 'subject:mixed', '--format', 'maildir', '--to', at('md'));
  assert.deepEqual(readdirSync(at('md')).sort(), ['.&AC4-&AC4-.up', 'cur', 'new', 'tmp'].sort());
  const [name = ''] = readdirSync(join(at('md'), '.&AC4-&AC4-.up/cur'));
  assert.match(name, /^1714982404\.[0-9a-f]{64}\.mailkeep:2,ST$/);
  assert.equal(statSync(join(at('md'), '.&AC4-&AC4-.up/cur', name)).mtimeMs, 1_714_982_404_000);
  await exported(home, 'subject:mixed', '--format', 'eml', '--to', at('eml'));
  assert.match(readdirSync(at('eml')).join(), /^2024-05-06 mixed [0-9a-f]{16}\.eml$/);
});

test('an export begun again writes only what is not there, and overwrites nothing', async (t) => {
  const { home, all } = await filled(t);
  for (const format of ['eml', 'maildir']) {
    const to = join(home.home, format);
    await exported(home, '', '--format', format, '--to', to);
    const [first = ''] = readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /mailkeep|eml$/.test(name),
    );
    rmSync(join(to, first));
    const told = await exported(home, '', '--format', format, '--to', to);
    assert.deepEqual([told.code, told.written, told.known], [0, 1, all.size - 1]);
  }
  const [name = ''] = readdirSync(join(home.home, 'eml'));
  writeFileSync(join(home.home, 'eml', name), 'mine', { flush: true });
  const told = await exported(home, '', '--format', 'eml', '--to', join(home.home, 'eml'));
  assert.deepEqual([told.code, told.written], [0, 1]); // under its whole id
  assert.equal(readFileSync(join(home.home, 'eml', name), 'utf8'), 'mine');
});

test('an mbox that is there is never added to nor replaced', async (t) => {
  const { home } = await filled(t);
  const to = home.put('box', 'somebody’s');
  assert.equal((await exported(home, '', '--format', 'mbox', '--to', to)).code, 2);
  assert.equal(readFileSync(to, 'latin1').slice(0, 4), 'some');
  assert.deepEqual(readdirSync(home.in), ['box']);
});

test('a Maildir is made only where nothing else is, and nothing goes into the archive’s own folder', async (t) => {
  const { home } = await filled(t);
  home.put('letters.txt', 'x');
  assert.equal((await exported(home, '', '--format', 'maildir', '--to', home.in)).code, 2);
  symlinkSync(home.data, join(home.home, 'link'));
  for (const to of [home.data, join(home.data, 'mail/out'), join(home.home, 'link/out')])
    assert.equal((await exported(home, '', '--format', 'eml', '--to', to)).code, 2);
});

test('nothing is exported into the outbox, from where it would be sent', async (t) => {
  const { home } = await filled(t);
  const outbox = join(home.home, 'drop');
  mkdirSync(join(outbox, 'qq'), { recursive: true });
  appendFileSync(join(home.home, '.config/mailkeep/config.yaml'), `outbox: ${outbox}\n`);
  symlinkSync(outbox, join(home.home, 'link'));
  for (const to of [outbox, join(outbox, 'qq'), join(home.home, 'link/new')])
    for (const format of ['eml', 'mbox', 'maildir'])
      assert.equal((await exported(home, '', '--format', format, '--to', to)).code, 2);
  assert.deepEqual(readdirSync(outbox, { recursive: true }), ['qq']);
});

test('a message that is damaged or missing is told, not exported, and the others are', async (t) => {
  const { home, all } = await filled(t);
  const db = openIndex(home.data, 'read');
  const [one, two] = db
    .prepare<[], { id: string; path: string }>('SELECT lower(hex(id)) AS id, path FROM message LIMIT 2')
    .all();
  closeIndex(db);
  const place = (path: string | undefined): string => join(home.data, 'mail', path ?? '');
  rmSync(place(one?.path));
  chmodSync(place(two?.path), 0o600);
  writeFileSync(place(two?.path), 'damaged');
  for (const format of ['eml', 'mbox', 'maildir']) {
    const to = join(home.home, format);
    const told = await exported(home, '', '--format', format, '--to', to);
    assert.deepEqual([told.code, told.written, told.failed], [1, all.size - 2, 2]);
    assert.deepEqual(told.failures.map(({ id }) => id).sort(), [one?.id ?? '', two?.id ?? ''].sort());
    assert.equal(existsSync(to), true);
  }
});

test('a query chooses, a mistake in it is shown, and nothing found writes nothing', async (t) => {
  const { home } = await filled(t);
  const to = join(home.home, 'box');
  const none = await mailkeep(['export', 'subject:nosuchword', '--format', 'mbox', '--to', to], {
    home: home.home,
  });
  assert.deepEqual([none.code, none.out, existsSync(to)], [0, 'no messages found\n', false]);
  const wrong = await mailkeep(['export', 'nosuch:x', '--format', 'mbox', '--to', to], { home: home.home });
  assert.deepEqual([wrong.code, /\n {4}nosuch:x\n {4}\^/.test(wrong.err)], [2, true]);
  assert.equal((await exported(home, 'in:Archive/2024', '--format', 'mbox', '--to', to)).code, 0);
});

test('a message in several folders lies in each of them, and the same message of two accounts once', async (t) => {
  const home = new ImportHome(t);
  const house = await openHouse(t, home.data);
  const raw = crlf(letter('shared'));
  await house.keeper.keep('qq', [
    arrived(house, raw, uid(1), ['\\Seen']),
    arrived(house, raw, uid(1, 'Work')),
  ]);
  await house.keeper.keep('gmail', [arrived(house, raw, uid(9), ['\\Flagged'])]);
  const id = house.db.prepare<[], { id: MessageId }>('SELECT lower(hex(id)) AS id FROM message').get()?.id;
  await house.close();
  const to = join(home.home, 'md');
  mkdirSync(to);
  assert.equal((await exported(home, '', '--format', 'maildir', '--to', to)).written, 1);
  assert.deepEqual(readdirSync(join(to, 'cur')), [`1767323045.${id}.mailkeep:2,FS`]);
  assert.deepEqual(readdirSync(join(to, '.Work/cur')), [`1767323045.${id}.mailkeep:2,`]);
});
