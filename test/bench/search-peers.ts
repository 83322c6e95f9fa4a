// The same messages and the two hundred queries put to notmuch and mu, beside our own command line: what indexing costs, and what
// the newest 50, a count and the best 50 cost. Neither of the two orders by relevance; mu counts by listing all. Times are of the
// processor, so that they hold on a busy machine: each question a process of its own, and ours once more as the page asks it, of
// an index that is open. A query that one of them has no words for is left out there, and how many were put is told.
// Usage: npm run bench:search:peers [-- COUNT]; 100,000 messages where it is left out. Both are told to index Chinese by n-grams.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Reader } from '../../src/read/reader.ts';
import { letters } from './letters.ts';
import type { Letter } from './letters.ts';
import { measured } from './measured.ts';
import { asked } from './peer-queries.ts';
import { percentile } from './percentile.ts';
import { queries } from './search-queries.ts';

const total = Number(process.argv[2] ?? 100_000);
const home = mkdtempSync(join(tmpdir(), 'bench-peers-'));
const mail = join(home, 'mail');
const data = join(home, 'data');
const env = {
  ...process.env,
  HOME: home,
  XAPIAN_CJK_NGRAM: '1',
  MUHOME: join(home, 'mu'),
  NOTMUCH_CONFIG: join(home, 'notmuch'),
};
const own = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Seconds of the processor that a command took, and what it said. */
function cost(...argv: string[]): { seconds: number; out: string } {
  const { stdout, stderr } = spawnSync('/bin/bash', ['-c', '"$@"; times >&2', 'bash', ...argv], {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const children = stderr.trimEnd().split('\n').at(-1) ?? '';
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
  return { seconds, out: stdout };
}

function eml(letter: Letter): string {
  const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
  const named = (person: string): string =>
    person.replace(/^(.*) (<.*)$/, (_, name: string, address: string) => `${word(name)} ${address}`);
  const plain = `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${letter.text}\n`;
  const { file } = letter;
  const head = [
    `From: ${named(letter.from)}`,
    `To: ${named(letter.to)}`,
    `Subject: ${word(letter.subject)}`,
    `Date: ${new Date(letter.date).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${letter.msgid}>`,
    ...(letter.refs === null ? [] : [`References: <${letter.refs.replaceAll(' ', '> <')}>`]),
    ...(letter.list === null ? [] : [`List-Id: ${letter.list}`]),
    'MIME-Version: 1.0',
  ].join('\n');
  if (file === null) return `${head}\n${plain}`;
  const type = `application/${file.slice(file.lastIndexOf('.') + 1)}`;
  const attached = `Content-Type: ${type}\nContent-Disposition: attachment; filename="${word(file)}"\n\nx\n`;
  return `${head}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n${plain}--b\n${attached}--b--\n`;
}

/** As a Maildir writes them. */
const LETTERS = [
  ['\\Flagged', 'F'],
  ['\\Answered', 'R'],
  ['\\Seen', 'S'],
] as const;

function flagsOf({ flags }: Letter): string {
  return LETTERS.filter(([flag]) => flags.includes(flag))
    .map(([, letter]) => letter)
    .join('');
}

function sizeOf(...paths: string[]): number {
  return Number(/^(\d+)\s+total$/m.exec(cost('du', '-sbc', ...paths).out)?.[1] ?? 0);
}

for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(mail, folder), { recursive: true });
let at = 0;
let text = 0;
for (const letter of letters(total)) {
  const octets = eml(letter);
  text += Buffer.byteLength(letter.text) + Buffer.byteLength(letter.subject);
  writeFileSync(join(mail, 'cur', `${(at += 1)}.x:2,${flagsOf(letter)}`), octets);
}
writeFileSync(
  env.NOTMUCH_CONFIG,
  `[database]\npath=${mail}\n[new]\ntags=\n[maildir]\nsynchronize_flags=true\n[user]\nname=x\nprimary_email=x@example.com\n`,
);
mkdirSync(join(home, '.config/mailkeep'), { recursive: true });
writeFileSync(
  join(home, '.config/mailkeep/config.yaml'),
  `data: ${data}\naccounts:\n  - { name: one, address: x@example.com, password: { env: NONE }, receive: { protocol: imap, host: 127.0.0.1, port: 1, tls: none } }\n`,
);
const ngrams = cost('mu', 'init', '--help').out.includes('ngrams') ? ['--support-ngrams'] : [];
cost('mu', 'init', `--maildir=${mail}`, ...ngrams);

say(`${total} messages, ${(text / 1e6).toFixed(1)} MB of text`);
for (const [name, argv, index] of [
  ['notmuch', ['notmuch', 'new', '--quiet'], [join(mail, '.notmuch')]],
  ['mu', ['mu', 'index', '--quiet'], [env.MUHOME]],
  ['mailkeep', [process.execPath, own, 'import', mail, '--quiet'], [join(data, 'index.db')]],
] as const) {
  const [program = '', ...args] = argv;
  const { processor, peak } = await measured(program, args, env);
  const size = sizeOf(...index);
  say(
    `${name.padEnd(9)} indexing ${processor.toFixed(1)} s of the processor, ${Math.round(total / processor)} messages a second of it; ${(peak / 2 ** 20).toFixed(0)} MB of memory; index ${(size / 1e6).toFixed(1)} MB, ${(size / text).toFixed(2)} of the text`,
  );
}

/** Who is asked, what for; each query's seconds, and how many messages were found in all of them. */
const asking = new Map<string, { seconds: number[]; found: number }>();
function note(what: string, seconds: number, found: number = 0): void {
  const row = asking.get(what) ?? { seconds: [], found: 0 };
  row.seconds.push(seconds);
  row.found += found;
  asking.set(what, row);
}
const lines = (out: string): number => out.split('\n').filter((line) => line !== '').length;
const reader = new Reader(data);
const when = { now: Date.UTC(2026, 0), zone: 'here' } as const;
const put = queries();
await reader.ask('search', 'warm', { ...when, limit: 50 });
for (const [nth, { query }] of put.entries()) {
  const there = { notmuch: asked(query, 'notmuch'), mu: asked(query, 'mu') };
  // Counted where all three were asked, so that what they found can be compared.
  const isCommon = there.notmuch !== null && there.mu !== null;
  if (there.notmuch !== null) {
    const newest = cost('notmuch', 'search', '--output=messages', '--limit=50', there.notmuch);
    note('notmuch   newest 50', newest.seconds);
    const counted = cost('notmuch', 'count', there.notmuch);
    note('notmuch   count', counted.seconds, isCommon ? Number(counted.out) : 0);
  }
  if (there.mu !== null) {
    const find = ['mu', 'find', '--fields=i', '--sortfield=date', '--reverse'];
    note('mu        newest 50', cost(...find, '--maxnum=50', there.mu).seconds);
    const all = cost('mu', 'find', '--fields=i', there.mu);
    note('mu        count', all.seconds, isCommon ? lines(all.out) : 0);
  }
  for (const [what, sort] of [
    ['newest 50', 'date'],
    ['best 50', 'relevance'],
  ] as const) {
    const before = process.cpuUsage();
    const { total: found } = await reader.ask('search', query, { ...when, sort, limit: 50 });
    const { user, system } = process.cpuUsage(before);
    note(`mailkeep  ${what}, with the count, open`, (user + system) / 1e6, isCommon ? found : 0);
    // Nearly all of it is the start of Node, the same for each: a few are enough.
    if (nth % 8 === 0)
      note(
        `mailkeep  ${what}, with the count, a process`,
        cost(process.execPath, own, 'search', '--json', '--limit=50', `--sort=${sort}`, '--', query).seconds,
      );
  }
}
await reader.close();
say('milliseconds of the processor');
for (const [what, { seconds, found }] of asking) {
  const share = (part: number): string => (percentile(seconds, part) * 1000).toFixed(1).padStart(7);
  say(
    `${what.padEnd(46)} ${String(seconds.length).padStart(3)} queries  p50 ${share(0.5)}  p95 ${share(0.95)}  p99 ${share(0.99)}${found > 0 ? `  found ${found}` : ''}`,
  );
}
rmSync(home, { recursive: true });
