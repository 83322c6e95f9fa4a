// What a domain tells of its servers: from a real name server and a real HTTPS server on loopback, which lie now and then.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { autoconfig } from '../../src/discover/autoconfig.ts';
import { discover, type Asking } from '../../src/discover/discover.ts';
import { isAtHome, isHost } from '../../src/discover/found.ts';
import { fromSrv } from '../../src/discover/srv.ts';
import { CA_FILE, certificate } from '../support/certificates.ts';
import { startNameServer, type Zone } from '../support/dns-server.ts';

const server = (
  kind: string,
  type: string,
  host: string,
  port: number,
  socket: string,
  user: string,
): string =>
  `<${kind}Server type="${type}"><hostname>${host}</hostname><port>${port}</port>
   <socketType>${socket}</socketType><username>${user}</username></${kind}Server>`;
const file = (...servers: readonly string[]): string =>
  `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.org">${servers.join('')}</emailProvider></clientConfig>`;

test('what is no such file, or names servers that are none, tells nothing', () => {
  const table: readonly string[] = [
    '',
    '<html><body>404</body></html>',
    '<clientConfig/>',
    file(),
    file(server('incoming', 'imap', 'imap.example.org', 143, 'plain', 'x')),
    file(server('incoming', 'imap', '-imap', 993, 'SSL', 'x')),
    file(server('incoming', 'imap', 'imap.example.org; rm -rf /', 993, 'SSL', 'x')),
    file(server('incoming', 'imap', 'imap.example.org', 99_999, 'SSL', 'x')),
    file(server('outgoing', 'imap', 'imap.example.org', 993, 'SSL', 'x')),
    '<!DOCTYPE x [<!ENTITY e "imap.example.org">]>' +
      file(server('incoming', 'imap', '&e;', 993, 'SSL', 'x')),
    '<'.repeat(100_000),
  ];
  for (const xml of table) assert.deepEqual(autoconfig(xml, 'me@example.org'), {}, xml.slice(0, 200));
});

test('the first server of a kind that is safe counts, with its login name filled in', () => {
  const xml = file(
    server('incoming', 'pop3', 'pop.example.org', 995, 'SSL', '%EMAILADDRESS%'),
    server('incoming', 'imap', 'clear.example.org', 143, 'plain', '%EMAILADDRESS%'),
    server('incoming', 'imap', 'imap.example.org', 143, 'STARTTLS', '%EMAILLOCALPART%'),
    server('incoming', 'imap', 'other.example.org', 993, 'SSL', '%EMAILLOCALPART%'),
    server('outgoing', 'smtp', 'smtp.%EMAILDOMAIN%', 465, 'SSL', 'a\u0007b'),
  );
  assert.deepEqual(autoconfig(xml, 'an.na@example.org'), {
    imap: { host: 'imap.example.org', port: 143, tls: 'starttls', user: 'an.na' },
    pop3: { host: 'pop.example.org', port: 995, tls: 'implicit', user: 'an.na@example.org' },
    smtp: { host: 'smtp.example.org', port: 465, tls: 'implicit' },
  });
});

test('a host below a domain in its own script is named as DNS has it', () => {
  const xml = file(server('incoming', 'imap', 'imap.%EMAILDOMAIN%', 993, 'SSL', '%EMAILADDRESS%'));
  assert.deepEqual(autoconfig(xml, 'me@例子.公司'), {
    imap: { host: 'imap.xn--fsqu00a.xn--55qx5d', port: 993, tls: 'implicit', user: 'me@例子.公司' },
  });
});

test('of SRV records the first priority counts, TLS from the start before STARTTLS, and "." is no server', () => {
  const record = (name: string, port: number, priority = 0, weight = 0) => ({ name, port, priority, weight });
  const found = fromSrv(
    new Map([
      ['_imaps._tcp', [record('b.example.org', 993, 5), record('A.example.org.', 994, 1, 1), record('c.example.org', 9, 1)]],
      ['_imap._tcp', [record('x.example.org', 143)]],
      ['_pop3s._tcp', [record('', 0), record('.', 0)]],
      ['_submission._tcp', [record('smtp.example.org', 587)]],
    ]),
  ); // prettier-ignore
  assert.deepEqual(found, {
    imap: { host: 'a.example.org', port: 994, tls: 'implicit' },
    smtp: { host: 'smtp.example.org', port: 587, tls: 'starttls' },
  });
});

test('a host is at home in its own domain, and nowhere else', () => {
  assert.ok(isAtHome('Mail.Example.org', 'example.org') && isAtHome('example.org', 'example.org'));
  for (const host of ['mail.example.net', 'evilexample.org', 'example.org.evil.net'])
    assert.ok(!isAtHome(host, 'example.org'), host);
  for (const host of ['a', '', 'a..b', '-a.b', 'a-.b', 'a_b.c', 'ä.b', `${'a.'.repeat(150)}b`, 'a.b/c'])
    assert.ok(!isHost(host), host);
});

/** The network of a test: one name server, and one HTTPS server that has the certificate of localhost. */
async function network(
  t: TestContext,
  zone: Zone,
  files: Readonly<Record<string, string>>,
): Promise<{ asking: Asking; asked: string[] }> {
  const asked: string[] = [];
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${await startNameServer(t, zone)}`]);
  const web = createServer(certificate('good'), (request, response) => {
    asked.push(request.url ?? '');
    const found = files[request.url ?? ''];
    if (found === undefined) response.writeHead(404).end();
    else if (found.startsWith('->')) response.writeHead(302, { Location: found.slice(2) }).end();
    else response.end(found);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  t.after(() => web.close());
  const { port } = web.address() as AddressInfo;
  const createConnection: Asking['createConnection'] = ({ host }) =>
    tls.connect({ port, host: '127.0.0.1', servername: host ?? '', ca: readFileSync(CA_FILE) });
  return { asking: { resolver, createConnection }, asked };
}

const WELL_KNOWN = '/.well-known/autoconfig/mail/config-v1.1.xml';
const IMAP = { host: 'imap.example.org', port: 993, tls: 'implicit', user: 'me@localhost' } as const;
const FILE = file(server('incoming', 'imap', IMAP.host, IMAP.port, 'SSL', '%EMAILADDRESS%'));

test('a domain tells by its own file, its SRV records and its MX, all asked at once', async (t) => {
  const zone: Zone = {
    localhost: [
      ['MX', 20, 'mx2.example.net'],
      ['MX', 5, 'MX1.example.net'],
    ],
    '_imaps._tcp.localhost': [['SRV', 0, 1, 993, 'mail.localhost.example']],
  };
  const { asking, asked } = await network(t, zone, { [WELL_KNOWN]: FILE });
  assert.deepEqual(await discover('me@localhost', asking), {
    file: { imap: IMAP },
    srv: { imap: { host: 'mail.localhost.example', port: 993, tls: 'implicit' } },
    mx: ['mx1.example.net', 'mx2.example.net'],
  });
  // autoconfig.localhost is asked too, but its certificate is another's; and who is asked there is not told whose mail it is.
  assert.deepEqual(asked, [WELL_KNOWN]);
});

test('a redirect is followed within HTTPS, a few times, and not out of it', async (t) => {
  const table: readonly [Record<string, string>, boolean][] = [
    [{ [WELL_KNOWN]: '->/here', '/here': FILE }, true],
    [{ [WELL_KNOWN]: '->http://localhost/here', '/here': FILE }, false],
    [{ [WELL_KNOWN]: `->${WELL_KNOWN}` }, false],
    [{ [WELL_KNOWN]: '->https://[' }, false],
    [{ [WELL_KNOWN]: FILE + ' '.repeat(300_000) }, false],
  ];
  for (const [files, well] of table) {
    const { asking } = await network(t, {}, files);
    assert.deepEqual((await discover('me@localhost', asking)).file, well ? { imap: IMAP } : {});
  }
});

test('who says nothing is waited for no longer than the limit, and the others count', async (t) => {
  const { asking } = await network(t, { localhost: [['MX', 1, 'mx.google.com']] }, { [WELL_KNOWN]: FILE });
  const silent = tls.createServer(certificate('good'), () => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  const sockets: tls.TLSSocket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const createConnection: Asking['createConnection'] = () => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    return socket;
  };
  const found = await discover('me@localhost', { ...asking, createConnection, limit: 300 });
  assert.deepEqual(found, { file: {}, srv: {}, mx: ['mx.google.com'] });
});

test('a domain that is none is not asked for', async () => {
  assert.deepEqual(await discover('me@', {}), { file: {}, srv: {}, mx: [] });
});
