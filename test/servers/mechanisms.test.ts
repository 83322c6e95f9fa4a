// Getting into real servers by every mechanism that they offer and we speak, over TLS and over STARTTLS. At the end stands the
// table, as `npm run servers` prints it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { without } from './installed.ts';
import { CANDIDATES, table, type Row } from './mechanisms.ts';

/** By what we get in, what is refused, and what we do not speak; in alphabetical order. */
type Sorted = readonly [ins: string, refused: string, unspoken: string];

/** Cyrus binds its -PLUS to `tls-unique` alone, which TLS 1.3 does not have (RFC 9266); without it SCRAM works. */
const EXPECTED: Readonly<Record<string, Sorted>> = {
  'Dovecot IMAP': [
    'CRAM-MD5 LOGIN LOGIN/USER OAUTHBEARER PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2',
    '',
    'DIGEST-MD5',
  ],
  'Dovecot POP3': [
    'APOP CRAM-MD5 LOGIN LOGIN/USER OAUTHBEARER PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2',
    '',
    'DIGEST-MD5',
  ],
  'Cyrus IMAP': [
    'CRAM-MD5 LOGIN LOGIN/USER PLAIN SCRAM-SHA-1 SCRAM-SHA-256',
    'SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS',
    'DIGEST-MD5',
  ],
  'Cyrus POP3': [
    'APOP CRAM-MD5 LOGIN LOGIN/USER PLAIN SCRAM-SHA-1 SCRAM-SHA-256',
    'SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS',
    'DIGEST-MD5',
  ],
  'Courier IMAP': ['CRAM-MD5 LOGIN LOGIN/USER PLAIN', '', 'CRAM-SHA1 CRAM-SHA256'],
  'Courier POP3': ['CRAM-MD5 LOGIN LOGIN/USER PLAIN', '', 'CRAM-SHA1 CRAM-SHA256'],
  'Postfix SMTP': ['CRAM-MD5 LOGIN OAUTHBEARER PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2', '', 'DIGEST-MD5'],
  'Exim SMTP': ['CRAM-MD5 LOGIN OAUTHBEARER PLAIN SCRAM-SHA-256 XOAUTH2', '', ''],
  'OpenSMTPD SMTP': ['LOGIN PLAIN', '', ''],
};

describe('logging in by each mechanism', () => {
  const all: Row[] = [];
  after(() => {
    if (all.length > 0) process.stdout.write(`\n${table(all).join('\n')}\n\n`);
  });

  for (const { name, installed, rows } of CANDIDATES)
    test(`to ${name}`, { skip: without(installed) }, async (t) => {
      const found = await rows(t);
      all.push(...found);
      const outcomes = Object.fromEntries(found.map((row) => [row.name, sorted(row)]));
      const expected = Object.entries(EXPECTED).filter(([row]) => row.startsWith(`${name} `));
      assert.deepEqual(outcomes, Object.fromEntries(expected), table(found).join('\n'));
    });
});

function sorted({ outcomes }: Row): Sorted {
  const of = (kind: string): string =>
    [...outcomes]
      .filter(([, one]) => (typeof one === 'object' ? 'refused' : one) === kind)
      .map(([mechanism]) => mechanism)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(' ');
  return [of('in'), of('refused'), of('unspoken')];
}
