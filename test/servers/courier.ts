// Courier on loopback: IMAP and POP3, in clear with STARTTLS/STLS, and over TLS. Mailboxes are Maildirs that a test fills
// directly; all folders lie below INBOX.
import { join } from 'node:path';
import { CA_FILE, certificate } from '../support/certificates.ts';
import { COURIER } from './installed.ts';
import { layOver } from './laid-over.ts';
import { COURIERS, deliverTo, MAIL_OWNER, makeFolder } from './maildir.ts';
import type { Ending } from '../support/temporary.ts';
import type { Receiver, Users } from './receiver.ts';
import { freePorts } from './running.ts';

/** The user of courier-base. */
const COURIER_USER = 60_001;

/** Starts Courier with these users and passwords; it is killed when the test ends. */
export async function startCourier(test: Ending, users: Users): Promise<Receiver> {
  if (COURIER === undefined) throw new Error('Courier is not unpacked');
  const laid = layOver(test, COURIER, { courier: COURIER_USER });
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  const ports = { imap, imaps, pop3, pop3s };
  const mail = laid.directory('mail', MAIL_OWNER);
  laid.directory('run/courier/authdaemon', COURIER_USER);
  laid.write('/etc/courier/authdaemonrc', AUTHDAEMONRC);
  const { cert, key } = certificate('good');
  laid.write('/etc/courier/server.pem', `${cert.toString()}${key.toString()}`);
  for (const [user, password] of Object.entries(users)) {
    laid.write(`/etc/courier/password.${user}`, `${password}\n`);
    makeFolder(join(mail, user), '');
  }
  const start = (): Promise<void> =>
    laid.start(script(mail, Object.keys(users), ports), Object.values(ports));
  await start();
  return {
    host: '127.0.0.1',
    ports,
    ca: CA_FILE,
    fill: (user, made) => {
      for (const one of made) deliverTo(join(mail, user), one, COURIERS);
      return Promise.resolve();
    },
    nameOf: (folder) => (folder === 'INBOX' ? folder : `INBOX.${folder}`),
    kill: () => laid.kill(),
    revive: start,
  };
}

const AUTHDAEMONRC = `
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
`;

/** What Courier can do; its userdb has what each needs. */
const MECHANISMS = 'PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256';

/** Its own start scripts say the same, with a file of settings for each server. The password comes first, then the servers. */
function script(mail: string, users: readonly string[], ports: Receiver['ports']): string {
  const entries = users.map(
    (user) => `
keyed() { userdbpw $1 </etc/courier/password.${user}; }
printf '${user}\tuid=${MAIL_OWNER}|gid=${MAIL_OWNER}|home=${mail}/${user}|mail=${mail}/${user}|' >>/etc/courier/userdb
printf 'systempw=%s|hmac-md5pw=%s|hmac-sha1pw=%s|hmac-sha256pw=%s\n' "$(keyed -md5)" \
  "$(keyed -hmac-md5)" "$(keyed -hmac-sha1)" "$(keyed -hmac-sha256)" >>/etc/courier/userdb`,
  );
  const listen = 'couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup';
  const tls = '/usr/bin/couriertls -server -tcpd -user=courier';
  const imap = '/usr/lib/courier/courier/imaplogin /usr/bin/imapd .';
  const pop3 = '/usr/lib/courier/courier/courierpop3login /usr/lib/courier/courier/courierpop3d .';
  return `
set -e
umask 077
${entries.join('\n')}
makeuserdb
chown courier /etc/courier/server.pem
set -a
. /etc/courier/authdaemonrc
/usr/lib/courier/courier-authlib/authdaemond &
until [ -S /run/courier/authdaemon/socket ]; do sleep 0.02; done
TLS_CERTFILE=/etc/courier/server.pem TLS_VERIFYPEER=NONE COURIERTLS=/usr/bin/couriertls
IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=REFERENCES SORT QUOTA IDLE"
for mechanism in ${MECHANISMS}; do IMAP_CAPABILITY="$IMAP_CAPABILITY AUTH=$mechanism"; done
IMAP_CAPABILITY_TLS=$IMAP_CAPABILITY POP3AUTH="${MECHANISMS}" POP3AUTH_TLS="${MECHANISMS}"
IMAP_STARTTLS=YES ${listen} ${ports.imap} ${imap} &
IMAP_TLS=1 ${listen} ${ports.imaps} ${tls} ${imap} &
POP3_STARTTLS=YES ${listen} ${ports.pop3} ${pop3} &
POP3_TLS=1 ${listen} ${ports.pop3s} ${tls} ${pop3} &
wait
`;
}
