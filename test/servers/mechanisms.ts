// The table of real servers and the mechanisms by which one gets into them: each that a server offers is forced, over TLS and
// over STARTTLS, and what came of it is a cell.
import type { Credentials, Endpoint } from '../../src/model/account.ts';
import { choose } from '../../src/protocol/sasl/choose.ts';
import type { Way } from '../support/account.ts';
import type { Ending } from '../support/temporary.ts';
import { startCourier } from './courier.ts';
import { startCyrus } from './cyrus.ts';
import { startDovecot } from './dovecot.ts';
import { startExim } from './exim.ts';
import { beforeLogin, COMMAND, type Protocol } from './forced-login.ts';
import { COURIER, CYRUS, DOVECOT, EXIM, OPENSMTPD, POSTFIX } from './installed.ts';
import { startOpensmtpd } from './opensmtpd.ts';
import { startPostfix } from './postfix.ts';
import type { Receiver, StartReceiver } from './receiver.ts';
import type { StartSubmission } from './submission.ts';

/** What came of a mechanism: we got in, over each way to TLS; we were refused, with these words; or we do not speak it. */
export type Outcome = 'in' | 'unspoken' | { readonly refused: string };

/** A server and protocol, and what came of each mechanism that is offered there. */
export interface Row {
  readonly name: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** A server of which rows are made. */
export interface Candidate {
  readonly name: string;
  /** What it takes to start it; see `without`. */
  readonly installed: Readonly<Record<string, string | undefined>>;
  /** Starts it, tries all, and leaves it running until the test ends. */
  readonly rows: (test: Ending) => Promise<Row[]>;
}

const PASSWORD = 'gehe"im \\ 密码';
const USERS = { keeper: PASSWORD };

export const CANDIDATES: readonly Candidate[] = [
  { name: 'Dovecot', installed: { Dovecot: DOVECOT }, rows: receiving('Dovecot', startDovecot) },
  { name: 'Cyrus', installed: { Cyrus: CYRUS }, rows: receiving('Cyrus', startCyrus) },
  { name: 'Courier', installed: { Courier: COURIER }, rows: receiving('Courier', startCourier) },
  {
    name: 'Postfix',
    installed: { Dovecot: DOVECOT, Postfix: POSTFIX },
    rows: sending('Postfix', async (test, mailboxes, senders) =>
      startPostfix(test, mailboxes, await startDovecot(test, senders)),
    ),
  },
  { name: 'Exim', installed: { Exim: EXIM }, rows: sending('Exim', startExim) },
  { name: 'OpenSMTPD', installed: { OpenSMTPD: OPENSMTPD }, rows: sending('OpenSMTPD', startOpensmtpd) },
];

function receiving(name: string, start: StartReceiver): Candidate['rows'] {
  return async (test) => {
    const server = await start(test, USERS);
    return [
      await row(name, 'IMAP', endpoints(server, ['imaps', 'imap']), server),
      await row(name, 'POP3', endpoints(server, ['pop3s', 'pop3']), server),
    ];
  };
}

function endpoints({ host, ports, ca }: Receiver, ways: readonly Way[]): Endpoint[] {
  return ways.map((way) => ({
    host,
    port: ports[way],
    tls: way.endsWith('s') ? 'implicit' : 'starttls',
    ca,
  }));
}

function sending(name: string, start: StartSubmission): Candidate['rows'] {
  return async (test) => {
    const server = await start(test, ['keeper'], USERS);
    const { host, ports, ca } = server;
    const both: Endpoint[] = [
      { host, port: ports.smtps, tls: 'implicit', ca },
      { host, port: ports.submission, tls: 'starttls', ca },
    ];
    return [await row(name, 'SMTP', both, server)];
  };
}

async function row(
  name: string,
  protocol: Protocol,
  ways: readonly Endpoint[],
  { token }: { readonly token?: (user: string) => string },
): Promise<Row> {
  const credentials: Credentials[] = [{ user: 'keeper', password: PASSWORD }];
  if (token !== undefined) credentials.push({ user: 'keeper', token: token('keeper') });
  const outcomes = new Map<string, Outcome>();
  for (const way of ways) {
    const offered = await beforeLogin(protocol, way, (session) => Promise.resolve(session.offered));
    for (const mechanism of offered) {
      const before = outcomes.get(mechanism) ?? 'in';
      if (before === 'in') outcomes.set(mechanism, await outcome(protocol, way, mechanism, credentials));
    }
  }
  return { name: `${name} ${protocol}`, outcomes };
}

function outcome(
  protocol: Protocol,
  way: Endpoint,
  mechanism: string,
  credentials: readonly Credentials[],
): Promise<Outcome> {
  return beforeLogin(protocol, way, async ({ connection, enter }) => {
    const fitting = credentials.find((one) => speaks(mechanism, one, connection.channel));
    if (fitting === undefined) return 'unspoken';
    try {
      await enter(mechanism, fitting);
      return 'in';
    } catch (thrown) {
      return { refused: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  });
}

function speaks(mechanism: string, credentials: Credentials, channel: Parameters<typeof choose>[2]): boolean {
  if (mechanism === COMMAND || mechanism === 'APOP') return 'password' in credentials;
  return choose(credentials, new Set([mechanism]), channel).list.some(({ name }) => name === mechanism);
}

/** As lines of Markdown, and under it what was refused, and what we do not speak. */
export function table(rows: readonly Row[]): string[] {
  const names = COLUMNS.filter((name) => rows.some(({ outcomes }) => outcomes.has(name)));
  const cells = [
    ['', ...names],
    ...rows.map(({ name, outcomes }) => [name, ...names.map((column) => sign(outcomes.get(column)))]),
  ];
  const widths = ['', ...names].map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const [head = '', ...lines] = cells.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines, '', ...notes(rows)];
}

/** Strongest first. */
const COLUMNS = [
  'OAUTHBEARER',
  'XOAUTH2',
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-1',
  'CRAM-MD5',
  'APOP',
  'PLAIN',
  'LOGIN',
  COMMAND,
];

function sign(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '–';
  if (typeof outcome === 'object') return 'refused';
  return outcome === 'in' ? '✓' : 'not spoken';
}

function notes(rows: readonly Row[]): string[] {
  return rows.flatMap(({ name, outcomes }) => {
    const unspoken = [...outcomes].filter(([, one]) => one === 'unspoken').map(([mechanism]) => mechanism);
    return [
      ...(unspoken.length > 0 ? [`${name} offers what we do not speak: ${unspoken.join(', ')}`] : []),
      ...[...outcomes].flatMap(([mechanism, one]) =>
        typeof one === 'object' ? [`${name} refuses ${mechanism}: ${one.refused}`] : [],
      ),
    ];
  });
}
