// Exim on loopback: submission with AUTH over TLS and STARTTLS, delivering to Maildirs, so that a test sees the bytes that
// arrived and how often they did.
import { join } from 'node:path';
import { CA_FILE, certificate } from '../support/certificates.ts';
import type { Ending } from '../support/temporary.ts';
import { EXIM } from './installed.ts';
import { layOver } from './laid-over.ts';
import { arrivedIn, MAIL_OWNER } from './maildir.ts';
import type { Users } from './receiver.ts';
import { freePorts } from './running.ts';
import type { Submission } from './submission.ts';

/** The user of exim4-base. */
const EXIM_USER = 60_003;

/** Starts Exim; see `StartSubmission`. */
export async function startExim(
  test: Ending,
  mailboxes: readonly string[],
  senders: Users,
): Promise<Submission> {
  if (EXIM === undefined) throw new Error('Exim is not unpacked');
  const laid = layOver(test, EXIM, { 'Debian-exim': EXIM_USER });
  const [smtps = 0, submission = 0] = await freePorts(2);
  const mail = laid.directory('mail', MAIL_OWNER);
  const { cert, key } = certificate('good');
  laid.write('/etc/exim4/server.pem', `${cert.toString()}${key.toString()}`);
  const passwords = Object.entries(senders).map(([user, password]) => `${user}: ${password}\n`);
  laid.write('/etc/exim4/passwords', passwords.join(''));
  const token = (sender: string): string => Buffer.from(`token of ${sender}`).toString('base64url');
  const tokens = Object.keys(senders).map((sender) => `${sender}: ${token(sender)}\n`);
  laid.write('/etc/exim4/tokens', tokens.join(''));
  for (const [sender, password] of Object.entries(senders))
    laid.write(`/etc/exim4/password.${sender}`, password);
  const spool = laid.directory('spool', EXIM_USER);
  laid.write('/etc/exim4/exim4.conf', configuration({ smtps, submission, spool, mail, mailboxes }));
  await laid.start(script(Object.keys(senders)), [smtps, submission]);
  return {
    host: '127.0.0.1',
    ports: { smtps, submission },
    ca: CA_FILE,
    token,
    arrived: (user) => arrivedIn(join(mail, user)),
  };
}

/** The passwords for SCRAM lie in Cyrus SASL's own file. */
function script(senders: readonly string[]): string {
  const logins = senders.map(
    (sender) => `saslpasswd2 -u mail.test -p -c ${sender} </etc/exim4/password.${sender}`,
  );
  return `
set -e
${logins.join('\n')}
chown Debian-exim /etc/sasldb2
exec /usr/sbin/exim4 -bdf -q1m
`;
}

interface Values {
  readonly smtps: number;
  readonly submission: number;
  readonly spool: string;
  readonly mail: string;
  readonly mailboxes: readonly string[];
}

/** Exim's own `$` and braces are its expansions, for which no sign of ours stands. */
function configuration(v: Values): string {
  return `
primary_hostname = mx.mail.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${v.smtps} : ${v.submission}
tls_on_connect_ports = ${v.smtps}
tls_advertise_hosts = *
tls_certificate = /etc/exim4/server.pem
spool_directory = ${v.spool}
log_file_path = ${v.spool}/%s.log
keep_environment =
host_lookup =
rfc1413_hosts =
smtputf8_advertise_hosts = *
message_size_limit = 20000000
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = of_sender
acl_smtp_data = accept
begin acl
of_sender:
  require message = authentication required
    authenticated = *
  require message = <$local_part@$domain>: User unknown
    domains = mail.test
    verify = recipient
  accept
begin routers
users:
  driver = accept
  local_parts = ${v.mailboxes.join(' : ')}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = ${v.mail}/$local_part_data
  user = ${MAIL_OWNER}
  group = ${MAIL_OWNER}
  envelope_to_add
  return_path_add
  delivery_date_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{$auth3}{\${lookup{$auth2}lsearch{/etc/exim4/passwords}{$value}fail}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = \${if eq{$auth2}{\${lookup{$auth1}lsearch{/etc/exim4/passwords}{$value}fail}}}
  server_set_id = $auth1
bearer:
  driver = plaintext
  public_name = OAUTHBEARER
  server_prompts = :
  server_condition = \${if match{$auth1}{\\N^n,a=([^,]+),\\x01(?:.*\\x01)?auth=Bearer ([^\\x01]+)\\x01\\x01$\\N} \\
    {\${if eq{$2}{\${lookup{$1}lsearch{/etc/exim4/tokens}{$value}fail}}}}{false}}
xoauth2:
  driver = plaintext
  public_name = XOAUTH2
  server_prompts = :
  server_condition = \${if match{$auth1}{\\N^user=([^\\x01]+)\\x01auth=Bearer ([^\\x01]+)\\x01\\x01$\\N} \\
    {\${if eq{$2}{\${lookup{$1}lsearch{/etc/exim4/tokens}{$value}fail}}}}{false}}
scram:
  driver = cyrus_sasl
  public_name = SCRAM-SHA-256
  server_realm = mail.test
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${lookup{$auth1}lsearch{/etc/exim4/passwords}{$value}fail}
  server_set_id = $auth1
`;
}
