// Cyrus on loopback: IMAP and POP3, in clear with STARTTLS/STLS, and over TLS. Its mail store is its own, so that a test
// fills it by IMAP APPEND.
import { CA_FILE, certificate } from '../support/certificates.ts';
import type { Ending } from '../support/temporary.ts';
import { appendAll } from './imap-session.ts';
import { CYRUS } from './installed.ts';
import { layOver } from './laid-over.ts';
import type { Receiver, Users } from './receiver.ts';
import { freePorts } from './running.ts';

/** The user of cyrus-common. */
const CYRUS_USER = 60_002;

/** Starts Cyrus with these users and passwords; it is killed when the test ends. */
export async function startCyrus(test: Ending, users: Users): Promise<Receiver> {
  if (CYRUS === undefined) throw new Error('Cyrus is not unpacked');
  const laid = layOver(test, CYRUS, { cyrus: CYRUS_USER });
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  const ports = { imap, imaps, pop3, pop3s };
  const state = laid.directory('state', CYRUS_USER);
  const spool = laid.directory('spool', CYRUS_USER);
  for (const path of ['run/cyrus', 'run/cyrus/socket']) laid.directory(path, CYRUS_USER);
  const { cert, key } = certificate('good');
  laid.write('/etc/cyrus/server.pem', `${cert.toString()}${key.toString()}`);
  for (const [user, password] of Object.entries(users)) laid.write(`/etc/cyrus/password.${user}`, password);
  laid.write('/etc/imapd.conf', imapdConf(state, spool));
  laid.write('/etc/cyrus.conf', cyrusConf(ports));
  const start = (): Promise<void> => laid.start(script(Object.keys(users)), Object.values(ports));
  await start();
  const cyrus: Receiver = {
    host: '127.0.0.1',
    ports,
    ca: CA_FILE,
    fill: (user, mail) => appendAll(cyrus, user, users[user] ?? '', mail),
    nameOf: (folder) => folder,
    kill: () => laid.kill(),
    revive: start,
  };
  return cyrus;
}

function script(users: readonly string[]): string {
  const passwords = users.map(
    (user) => `saslpasswd2 -f /etc/cyrus/sasldb2 -u localhost -p -c ${user} </etc/cyrus/password.${user}`,
  );
  return `
set -e
${passwords.join('\n')}
chown cyrus /etc/cyrus/sasldb2 /etc/cyrus/server.pem
exec /usr/lib/cyrus/bin/master -D -p /run/cyrus/master.pid
`;
}

function imapdConf(state: string, spool: string): string {
  return `
configdirectory: ${state}
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
idlesocket: /run/cyrus/socket/idle
notifysocket: /run/cyrus/socket/notify
lmtpsocket: /run/cyrus/socket/lmtp
defaultpartition: default
partition-default: ${spool}
servername: localhost
cyrus_user: cyrus
altnamespace: yes
unixhierarchysep: no
autocreate_quota: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/cyrus/sasldb2
sasl_mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
allowplaintext: no
allowapop: yes
popminpoll: 0
tls_server_cert: /etc/cyrus/server.pem
tls_server_key: /etc/cyrus/server.pem
`;
}

function cyrusConf({ imap, imaps, pop3, pop3s }: Receiver['ports']): string {
  return `
START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
}
SERVICES {
  imap cmd="imapd" listen="127.0.0.1:${imap}"
  imaps cmd="imapd -s" listen="127.0.0.1:${imaps}"
  pop3 cmd="pop3d" listen="127.0.0.1:${pop3}"
  pop3s cmd="pop3d -s" listen="127.0.0.1:${pop3s}"
}
EVENTS {
}
`;
}
