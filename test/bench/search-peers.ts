// The same messages and queries put to notmuch and mu, beside our own command line: what indexing costs, what a query costs as a process
// of its own, and how many of the messages with the words each of them finds.
// Usage: npm run bench:search:peers [-- COUNT]; 100,000 messages where it is left out. Both are told to index Chinese by n-grams.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { letters } from './letters.ts';
import type { Letter } from './letters.ts';
import { queries } from './search-queries.ts';

const total = Number(process.argv[2] ?? 100_000);
const home = mkdtempSync(join(tmpdir(), 'bench-peers-'));
const mail = join(home, 'mail');
const env = {
  ...process.env,
  HOME: home,
  XAPIAN_CJK_NGRAM: '1',
  MUHOME: join(home, 'mu'),
  NOTMUCH_CONFIG: join(home, 'notmuch'),
};

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
  const head = [
    `From: ${named(letter.from)}`,
    `To: ${named(letter.to)}`,
    `Subject: ${word(letter.subject)}`,
    `Date: ${new Date(letter.date).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${letter.msgid}>`,
    ...(letter.refs === null ? [] : [`References: <${letter.refs.replaceAll(' ', '> <')}>`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  return `${head.join('\n')}\n\n${letter.text}\n`;
}

for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(mail, folder), { recursive: true });
let at = 0;
for (const letter of letters(total)) writeFileSync(join(mail, 'cur', `${(at += 1)}.x:2,S`), eml(letter));
writeFileSync(
  env.NOTMUCH_CONFIG,
  `[database]\npath=${mail}\n[new]\ntags=inbox\n[user]\nname=x\nprimary_email=x@example.com\n`,
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (what: string, { seconds }: { seconds: number }): void =>
  say(`${what}: ${seconds.toFixed(1)} s of the processor`);

const own = fileURLToPath(new URL('../../src/main.js', import.meta.url));
mkdirSync(join(home, '.config/mailkeep'), { recursive: true });
writeFileSync(
  join(home, '.config/mailkeep/config.yaml'),
  `data: ${join(home, 'data')}\naccounts:\n  - { name: one, address: x@example.com, password: { env: NONE }, receive: { protocol: imap, host: 127.0.0.1, port: 1, tls: none } }\n`,
);
report('notmuch new', cost('notmuch', 'new', '--quiet'));
cost(
  'mu',
  'init',
  `--maildir=${mail}`,
  ...(cost('mu', 'init', '--help').out.includes('ngrams') ? ['--support-ngrams'] : []),
);
report('mu index', cost('mu', 'index', '--quiet'));
report('mailkeep import', cost(process.execPath, own, 'import', mail, '--quiet'));

const put = queries()
  .filter(({ group }) => group === '1 to 4 characters')
  .filter((_, nth) => nth % 3 === 0);
const found = { notmuch: 0, mu: 0, mailkeep: 0 };
const spent: Record<keyof typeof found, number[]> = { notmuch: [], mu: [], mailkeep: [] };
const lines = (out: string): number => out.split('\n').filter((line) => line !== '').length;
for (const { query } of put) {
  spent.notmuch.push(cost('notmuch', 'search', '--output=messages', '--limit=50', `"${query}"`).seconds);
  spent.mu.push(
    cost('mu', 'find', '--maxnum=50', '--sortfield=date', '--reverse', '--fields=i', `"${query}"`).seconds,
  );
  const answer = cost(process.execPath, own, 'search', '--json', '--limit', '50', query);
  spent.mailkeep.push(answer.seconds);
  found.mailkeep += Number(/"total": (\d+)/.exec(answer.out)?.[1] ?? 0);
  found.notmuch += Number(cost('notmuch', 'count', `"${query}"`).out);
  found.mu += lines(cost('mu', 'find', '--fields=i', `"${query}"`).out);
}
say(
  `${put.length} queries of 1 to 4 characters, newest 50, each a process of its own; milliseconds of the processor`,
);
for (const name of ['notmuch', 'mu', 'mailkeep'] as const) {
  const sorted = spent[name].toSorted((a, b) => a - b);
  const share = (part: number): string =>
    ((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 1000).toFixed(0).padStart(6);
  say(`${name.padEnd(10)} p50 ${share(0.5)}  p95 ${share(0.95)}  found ${found[name]} in all`);
}
rmSync(home, { recursive: true });
