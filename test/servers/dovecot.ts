// Dovecot on loopback with a configuration of its own: IMAP and POP3, in clear with STARTTLS/STLS, and over TLS.
// Mailboxes are Maildirs that a test fills directly, so that it knows every byte the server holds.
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CA_FILE, certificateFile } from '../support/certificates.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { DOVECOT } from './installed.ts';
import { DOVECOTS, deliverTo, MAIL_OWNER, messagesIn } from './maildir.ts';
import type { Receiver, Users } from './receiver.ts';
import { freePorts, run, type Running } from './running.ts';

/** A running Dovecot. */
export interface Dovecot extends Receiver {
  /** Path of a socket for Postfix's AUTH. */
  readonly authSocket: string;
  /** The Maildirs, by user. */
  readonly mail: string;
  /** Every message of a folder, as stored. */
  messages(user: string, folder: string): Buffer[];
}

/**
 * Starts Dovecot with these users and passwords; it is stopped when the test ends. `more`: further lines of its configuration,
 * asked for at each start.
 */
export async function startDovecot(
  test: Ending,
  users: Users,
  more: () => string = () => '',
): Promise<Dovecot> {
  if (DOVECOT === undefined) throw new Error('Dovecot 2.3 is not installed');
  const program = DOVECOT;
  // What is said to run at the end runs in the order in which it was said: Dovecot ends before its directory goes.
  let running: Running | undefined;
  test.after(() => running?.stop());
  const base = temporaryDirectory(test);
  chmodSync(base, 0o755);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  const mail = join(base, 'mail');
  const authSocket = join(base, 'auth-client');
  mkdirSync(mail, { mode: 0o777 });
  chownSync(mail, MAIL_OWNER, MAIL_OWNER);
  writeFileSync(
    join(base, 'users'),
    Object.entries(users)
      .map(([user, password]) => `${user}:{PLAIN}${password}\n`)
      .join(''),
  );
  const key = randomBytes(32).toString('base64');
  mkdirSync(join(base, 'keys/default/HS256'), { recursive: true });
  writeFileSync(join(base, 'keys/default/HS256/default'), key);
  writeFileSync(join(base, 'oauth2.conf'), oauth2(base));
  const start = async (): Promise<void> => {
    const lines = configuration({ base, mail, imap, imaps, pop3, pop3s, authSocket });
    writeFileSync(join(base, 'dovecot.conf'), `${lines}${more()}`);
    running = await run(program, ['-F', '-c', join(base, 'dovecot.conf')], imap, imaps, pop3, pop3s);
  };
  await start();
  return {
    host: '127.0.0.1',
    ports: { imap, imaps, pop3, pop3s },
    ca: CA_FILE,
    authSocket,
    mail,
    fill: (user, made) => {
      for (const one of made) deliverTo(join(mail, user), one, DOVECOTS);
      return Promise.resolve();
    },
    messages: (user, folder) => messagesIn(join(mail, user), folder, DOVECOTS),
    nameOf: (folder) => folder,
    token: (user) => accessToken(user, key),
    kill: async () => {
      await running?.kill();
    },
    revive: () => {
      // A lock that was left names a process that may be another's by now: Dovecot would wait for that.
      for (const name of readdirSync(mail, { recursive: true, encoding: 'utf8' }))
        if (name.endsWith('.lock')) rmSync(join(mail, name), { force: true });
      return start();
    },
  };
}

interface Values {
  readonly base: string;
  readonly mail: string;
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly authSocket: string;
}

function configuration(v: Values): string {
  return `
base_dir = ${v.base}/run
state_dir = ${v.base}/state
log_path = /dev/stderr
listen = 127.0.0.1
protocols = imap pop3
ssl = yes
ssl_cert = <${certificateFile('good')}
ssl_key = <${certificateFile('good').replace('.pem', '.key.pem')}
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 apop xoauth2 oauthbearer
mail_location = maildir:${v.mail}/%u
mail_uid = ${MAIL_OWNER}
mail_gid = ${MAIL_OWNER}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 50
protocol imap {
  mail_plugins = imap_zlib
}
namespace inbox {
  inbox = yes
  separator = .
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${v.base}/oauth2.conf
}
passdb {
  driver = passwd-file
  args = ${v.base}/users
}
userdb {
  driver = static
  args = uid=${MAIL_OWNER} gid=${MAIL_OWNER} home=${v.mail}/%u
}
service imap-login {
  inet_listener imap {
    port = ${v.imap}
  }
  inet_listener imaps {
    port = ${v.imaps}
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${v.pop3}
  }
  inet_listener pop3s {
    port = ${v.pop3s}
    ssl = yes
  }
}
service auth {
  unix_listener ${v.authSocket} {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;
}

/** Tokens are proved by their signature alone. */
function oauth2(base: string): string {
  return `
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${base}/keys/
username_attribute = sub
tokeninfo_url = 
`;
}

/** A JSON Web Token (RFC 7519) that is good for an hour. `key` in base64. */
function accessToken(user: string, key: string): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { sub: user, iat: now - 60, nbf: now - 60, exp: now + 3600 },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(parts.join('.'))
    .digest('base64url');
  return `${parts.join('.')}.${signature}`;
}
