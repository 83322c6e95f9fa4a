// Logins that are bound to their TLS connection, against a server that checks it: over a real socket, for all three protocols
// and both kinds of binding; and a man in the middle with a good certificate, who gets nowhere.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { Account, Endpoint } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import { openImap } from '../../src/net/imap-session.ts';
import { greeting as pop3Greeting } from '../../src/protocol/pop3/greeting.ts';
import { signIn } from '../../src/protocol/pop3/login.ts';
import type { Binding } from '../../src/protocol/sasl/channel.ts';
import { authenticate } from '../../src/protocol/smtp/auth.ts';
import { ehlo } from '../../src/protocol/smtp/ehlo.ts';
import { greeting as smtpGreeting } from '../../src/protocol/smtp/greeting.ts';
import { CA_FILE, certificate } from '../support/certificates.ts';
import { ScramServer } from '../support/scram-server.ts';
import { startTlsServer, type Talk } from '../support/tls-server.ts';

const TIMES = { connect: 30_000, idle: 30_000 };
const ANNA = { user: 'anna', password: 'gehe"im 密码' };
const account: Account = {
  name: 'anna',
  address: 'anna@mail.test',
  user: ANNA.user,
  login: () => Promise.resolve(ANNA),
  timeouts: TIMES,
};

/** What the server's end of the connection is bound to. */
function bindingAt(socket: TLSSocket): Binding {
  if (socket.getProtocol() === 'TLSv1.3')
    return {
      type: 'tls-exporter',
      data: socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    };
  const { raw } = new X509Certificate(certificate('good').cert);
  return { type: 'tls-server-end-point', data: createHash('sha256').update(raw).digest() };
}

/** The server's half of the login, whose first message came with the command; the words of its verdict. */
async function scram({ socket, line, say }: Talk, first: string, mark: string): Promise<string> {
  const server = new ScramServer({ password: ANNA.password, binding: bindingAt(socket) });
  const decoded = (text: string): string => Buffer.from(text, 'base64').toString();
  const encoded = (text: string): string => `${mark} ${Buffer.from(text).toString('base64')}`;
  say(encoded(server.challenge(decoded(first))));
  const verdict = server.verdict(decoded(await line()));
  say(encoded(verdict));
  await line();
  return verdict;
}

const MECHANISMS = 'SCRAM-SHA-256 SCRAM-SHA-256-PLUS PLAIN';

async function imapServer(talk: Talk): Promise<void> {
  const auth = MECHANISMS.replace(/(?<=^| )/g, 'AUTH=');
  talk.say(`* OK [CAPABILITY IMAP4rev1 SASL-IR ${auth}] ready`);
  const [, tag = '', first = ''] =
    /^(\S+) AUTHENTICATE SCRAM-SHA-256-PLUS (\S+)$/.exec(await talk.line()) ?? [];
  const verdict = await scram(talk, first, '+');
  talk.say(
    verdict.startsWith('v=') ? `${tag} OK [CAPABILITY IMAP4rev1] in` : `${tag} NO [AUTHENTICATIONFAILED] no`,
  );
}

async function pop3Server(talk: Talk): Promise<void> {
  talk.say('+OK ready');
  // RFC 5034 §4: the first message is too long for the command only where the user's name is
  const [, first = ''] = /^AUTH SCRAM-SHA-256-PLUS (\S+)$/.exec(await talk.line()) ?? [];
  talk.say((await scram(talk, first, '+')).startsWith('v=') ? '+OK in' : '-ERR [AUTH] no');
}

async function smtpServer(talk: Talk): Promise<void> {
  talk.say('220 ready');
  await talk.line();
  talk.say('250-mail.example', `250 AUTH ${MECHANISMS}`);
  const [, first = ''] = /^AUTH SCRAM-SHA-256-PLUS (\S+)$/.exec(await talk.line()) ?? [];
  talk.say((await scram(talk, first, '334')).startsWith('v=') ? '235 in' : '535 5.7.8 no');
}

async function imapLogin(endpoint: Endpoint): Promise<void> {
  const connection = await dial(endpoint, TIMES);
  try {
    await openImap(connection, account, endpoint, new Set());
  } finally {
    connection.close();
  }
}

async function pop3Login(endpoint: Endpoint): Promise<void> {
  const connection = await dial(endpoint, TIMES);
  const { stamp } = await connection.converse(pop3Greeting(endpoint.host));
  const capabilities = new Map([['SASL', MECHANISMS]]);
  const before = { channel: connection.channel, capabilities, stamp, avoid: new Set<string>() };
  assert.equal(await connection.converse(signIn(before, ANNA)), 'SCRAM-SHA-256-PLUS');
  connection.close();
}

async function smtpLogin(endpoint: Endpoint): Promise<void> {
  const connection = await dial(endpoint, TIMES);
  await connection.converse(smtpGreeting(endpoint.host));
  const extensions = await connection.converse(ehlo(endpoint.host, 'laptop.example'));
  const by = await connection.converse(authenticate(ANNA, extensions, connection.channel));
  assert.equal(by, 'SCRAM-SHA-256-PLUS');
  connection.close();
}

describe('SCRAM-SHA-256-PLUS over a real TLS connection', () => {
  for (const [protocol, server, login] of [
    ['IMAP', imapServer, imapLogin],
    ['POP3', pop3Server, pop3Login],
    ['SMTP', smtpServer, smtpLogin],
  ] as const) {
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      test(`is done by ${protocol} on ${maxVersion}`, async (t) => {
        const port = await startTlsServer(t, 'good', { maxVersion }, server);
        await login({ host: '127.0.0.1', port, tls: 'implicit', ca: CA_FILE });
      });
    }
  }

  test('is of no use to somebody in the middle who has a good certificate and passes everything on', async (t) => {
    const real = await startTlsServer(t, 'good', {}, imapServer);
    const middle = await startTlsServer(t, 'good', {}, ({ socket }) => {
      const onward = connect({ host: '127.0.0.1', port: real, rejectUnauthorized: false });
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
      return Promise.resolve();
    });
    const endpoint: Endpoint = { host: '127.0.0.1', port: middle, tls: 'implicit', ca: CA_FILE };
    const error: unknown = await imapLogin(endpoint).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof MailError);
    assert.equal(error.kind, 'auth');
    assert.match(
      error.message,
      /AUTHENTICATE SCRAM-SHA-256-PLUS refused .* \(channel-bindings-dont-match\)$/,
    );
    assert.match(error.hint ?? '', /Somebody may stand between/);
  });
});
