// OpenSMTPD on loopback: submission with AUTH over TLS and STARTTLS, delivering to Maildirs, so that a test sees the bytes
// that arrived and how often they did.
import { join } from 'node:path';
import { CA_FILE, certificate } from '../support/certificates.ts';
import type { Ending } from '../support/temporary.ts';
import { OPENSMTPD } from './installed.ts';
import { layOver } from './laid-over.ts';
import { arrivedIn } from './maildir.ts';
import type { Users } from './receiver.ts';
import { freePorts } from './running.ts';
import type { Submission } from './submission.ts';

/** Who delivers into the mailboxes. */
const MAILBOX_USER = 60_006;

/** Starts OpenSMTPD; see `StartSubmission`. */
export async function startOpensmtpd(
  test: Ending,
  mailboxes: readonly string[],
  senders: Users,
): Promise<Submission> {
  if (OPENSMTPD === undefined) throw new Error('OpenSMTPD is not unpacked');
  const users = { opensmtpd: 60_004, opensmtpq: 60_005, boxes: MAILBOX_USER };
  const laid = layOver(test, OPENSMTPD, users);
  const [smtps = 0, submission = 0] = await freePorts(2);
  const mail = laid.directory('mail', MAILBOX_USER);
  const { cert, key } = certificate('good');
  laid.write('/etc/smtpd/cert.pem', cert.toString());
  laid.write('/etc/smtpd/key.pem', key.toString(), 0o600);
  for (const [user, password] of Object.entries(senders))
    laid.write(`/etc/smtpd/password.${user}`, `${password}\n`);
  laid.write('/etc/smtpd.conf', configuration(smtps, submission, mail, mailboxes));
  await laid.start(script(Object.keys(senders)), [smtps, submission]);
  return {
    host: '127.0.0.1',
    ports: { smtps, submission },
    ca: CA_FILE,
    arrived: (user) => arrivedIn(join(mail, user)),
  };
}

function script(senders: readonly string[]): string {
  const logins = senders.map(
    (user) =>
      `printf '${user} %s\\n' "$(/usr/libexec/opensmtpd/encrypt </etc/smtpd/password.${user})" >>/etc/smtpd/passwords`,
  );
  return `
set -e
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
chmod 711 /var/spool/smtpd
${logins.join('\n')}
exec smtpd -d -f /etc/smtpd.conf
`;
}

function configuration(
  smtps: number,
  submission: number,
  mail: string,
  mailboxes: readonly string[],
): string {
  const recipients = mailboxes.map((name) => `"${name}@mail.test"`);
  return `
pki mx.mail.test cert "/etc/smtpd/cert.pem"
pki mx.mail.test key "/etc/smtpd/key.pem"
table passwords file:/etc/smtpd/passwords
table recipients { ${recipients.join(', ')} }
table owner { "@" = boxes }
listen on 127.0.0.1 port ${smtps} smtps pki mx.mail.test auth <passwords> hostname mx.mail.test
listen on 127.0.0.1 port ${submission} tls-require pki mx.mail.test auth <passwords> hostname mx.mail.test
action "deliver" maildir "${mail}/%{dest.user}" virtual <owner>
match auth from any for rcpt-to <recipients> action "deliver"
match from any for any reject
`;
}
