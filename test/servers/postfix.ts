// Postfix on loopback with a configuration of its own: submission with AUTH (asked of a Dovecot) over TLS and STARTTLS,
// delivering to Maildirs, so that a test sees the bytes that arrived and how often they did.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CA_FILE, certificateFile } from '../support/certificates.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import type { Dovecot } from './dovecot.ts';
import { POSTFIX } from './installed.ts';
import { arrivedIn, MAIL_OWNER } from './maildir.ts';
import { freePorts, run } from './running.ts';
import type { Submission } from './submission.ts';

/** A running Postfix. */
export interface Postfix extends Submission {
  stop(): Promise<void>;
  /** Kills it at once; its queue stays until the test ends. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same ports with the same queue. */
  revive(): Promise<void>;
  /** Tries to deliver all that it has put off. */
  flush(): void;
}

/**
 * Starts Postfix with mailboxes for `users` (local parts of mail.test); any other recipient there is refused with 550. `policy`: a
 * port of loopback where it asks about each recipient (SMTPD_POLICY_README).
 */
export async function startPostfix(
  test: Ending,
  users: readonly string[],
  dovecot: Dovecot,
  policy?: number,
): Promise<Postfix> {
  if (POSTFIX === undefined) throw new Error('Postfix is not installed');
  // What is said to run at the end runs in the order in which it was said: Postfix ends before its directory goes.
  let stop: () => Promise<void> = () => Promise.resolve();
  test.after(() => stop());
  const base = temporaryDirectory(test);
  chmodSync(base, 0o755);
  const [smtps = 0, submission = 0] = await freePorts(2);
  const queue = join(base, 'queue');
  const data = join(base, 'data');
  const mail = join(base, 'mail');
  const etc = join(base, 'etc');
  for (const path of [queue, data, mail, etc]) mkdirSync(path, { mode: 0o755 });
  chownSync(data, numberOf('postfix'), 0);
  chownSync(mail, MAIL_OWNER, MAIL_OWNER);
  writeFileSync(
    join(etc, 'main.cf'),
    main({ base, queue, data, mail, users, authSocket: dovecot.authSocket, policy }),
  );
  writeFileSync(join(etc, 'master.cf'), master(smtps, submission));
  const program = POSTFIX;
  const start = async (): Promise<void> => {
    const running = await run(program, ['-c', etc, 'start-fg'], smtps);
    stop = async () => {
      stop = () => running.stop();
      // `start-fg` is a script that waits for the master, and the master leads a group of its own. Asked to end, its
      // postlogd would stay for half a minute.
      process.kill(-Number(readFileSync(join(queue, 'pid', 'master.pid'), 'latin1')), 'SIGKILL');
      await running.stop();
    };
  };
  await start();
  return {
    host: '127.0.0.1',
    ports: { smtps, submission },
    ca: CA_FILE,
    ...(dovecot.token && { token: dovecot.token }),
    arrived: (user) => arrivedIn(join(mail, user)),
    stop: () => stop(),
    kill: () => stop(),
    revive: start,
    flush: () => void execFileSync(program, ['-c', etc, 'flush'], { stdio: 'ignore' }),
  };
}

function numberOf(user: string): number {
  return Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
}

interface Values {
  readonly base: string;
  readonly queue: string;
  readonly data: string;
  readonly mail: string;
  readonly users: readonly string[];
  readonly authSocket: string;
  readonly policy: number | undefined;
}

function main(v: Values): string {
  return `
compatibility_level = 3.6
queue_directory = ${v.queue}
data_directory = ${v.data}
maillog_file = ${v.base}/postfix.log
maillog_file_prefixes = ${v.base}
myhostname = mx.mail.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_host_lookup = native
smtpd_peername_lookup = no
default_transport = error:no mail leaves this machine
virtual_mailbox_domains = mail.test
virtual_mailbox_base = ${v.mail}
virtual_mailbox_maps = inline:{ ${v.users.map((user) => `${user}@mail.test=${user}/`).join(', ')} }
virtual_uid_maps = static:${MAIL_OWNER}
virtual_gid_maps = static:${MAIL_OWNER}
smtpd_tls_cert_file = ${certificateFile('good')}
smtpd_tls_key_file = ${certificateFile('good').replace('.pem', '.key.pem')}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${v.authSocket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient${v.policy === undefined ? '' : `, check_policy_service inet:127.0.0.1:${v.policy}`}
message_size_limit = 20000000
alias_maps =
alias_database =
local_recipient_maps =
`;
}

function master(smtps: number, submission: number): string {
  const services = `
127.0.0.1:${smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:${submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
  return services.trimStart();
}
