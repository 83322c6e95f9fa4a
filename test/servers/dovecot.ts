// Dovecot on loopback with a configuration of its own: IMAP and POP3, in clear with STARTTLS/STLS, and over TLS.
// Mailboxes are Maildirs that a test fills directly, so that it knows every byte the server holds.
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CA_FILE, certificateFile } from '../support/certificates.ts';
import { encodeModifiedUtf7 } from '../support/provider/modified-utf7.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { DOVECOT } from './installed.ts';
import { freePorts, run } from './running.ts';

/** The user that owns the mailboxes: root may not, to Dovecot. */
const NOBODY = 65534;

/** A running Dovecot. */
export interface Dovecot {
  readonly host: '127.0.0.1';
  readonly ports: {
    readonly imap: number;
    readonly imaps: number;
    readonly pop3: number;
    readonly pop3s: number;
  };
  /** What `ca:` points at. */
  readonly ca: string;
  /** Path of a socket for Postfix's AUTH. */
  readonly authSocket: string;
  /** Makes the folder if need be and adds a message; `flags` as Maildir letters (`S`, `F`, `R`). */
  deliver(user: string, folder: string, message: Buffer, flags?: string): void;
  /** Every message of a folder, as stored. */
  messages(user: string, folder: string): Buffer[];
  /** Where its Maildirs lie. */
  readonly mail: string;
  /** Kills it at once; its mail stays until the test ends. */
  kill(): Promise<void>;
}

/** Starts Dovecot with these users and passwords; it is stopped when the test ends. */
export async function startDovecot(
  test: Ending,
  users: Readonly<Record<string, string>>,
  like?: Dovecot,
): Promise<Dovecot> {
  if (DOVECOT === undefined) throw new Error('Dovecot 2.3 is not installed');
  // What is said to run at the end runs in the order in which it was said: Dovecot ends before its directory goes.
  let stop: () => Promise<void> = () => Promise.resolve();
  test.after(() => stop());
  const base = temporaryDirectory(test);
  chmodSync(base, 0o755);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  const mail = like?.mail ?? join(base, 'mail');
  const authSocket = join(base, 'auth-client');
  if (like === undefined) mkdirSync(mail, { mode: 0o777 });
  chownSync(mail, NOBODY, NOBODY);
  writeFileSync(
    join(base, 'users'),
    Object.entries(users)
      .map(([user, password]) => `${user}:{PLAIN}${password}\n`)
      .join(''),
  );
  writeFileSync(
    join(base, 'dovecot.conf'),
    configuration({ base, mail, imap, imaps, pop3, pop3s, authSocket }),
  );
  const running = await run(DOVECOT, ['-F', '-c', join(base, 'dovecot.conf')], imaps);
  stop = () => running.stop();
  let sequence = 0;
  return {
    host: '127.0.0.1',
    ports: { imap, imaps, pop3, pop3s },
    ca: CA_FILE,
    authSocket,
    mail,
    deliver: (user, folder, message, flags = '') => {
      const directory = maildir(mail, user, folder);
      const name = `${1_600_000_000 + ++sequence}.M${sequence}P1.test,S=${message.length}:2,${flags}`;
      writeFileSync(join(directory, 'cur', name), message, { mode: 0o644 });
    },
    messages: (user, folder) => {
      const directory = maildir(mail, user, folder);
      return ['cur', 'new'].flatMap((part) =>
        readdirSync(join(directory, part)).map((name) => readFileSync(join(directory, part, name))),
      );
    },
    kill: () => running.kill(),
  };
}

/** Maildir++: a folder is a directory `.Name` in modified UTF-7 beside INBOX's own. */
function maildir(mail: string, user: string, folder: string): string {
  const inbox = join(mail, user);
  const directory = folder === 'INBOX' ? inbox : join(inbox, `.${encodeModifiedUtf7(folder)}`);
  for (const path of [inbox, directory, ...['cur', 'new', 'tmp'].map((part) => join(directory, part))]) {
    try {
      statSync(path);
    } catch {
      mkdirSync(path, { mode: 0o755 });
      chownSync(path, NOBODY, NOBODY);
    }
  }
  return directory;
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
auth_mechanisms = plain login cram-md5
mail_location = maildir:${v.mail}/%u
mail_uid = ${NOBODY}
mail_gid = ${NOBODY}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 50
namespace inbox {
  inbox = yes
  separator = .
}
passdb {
  driver = passwd-file
  args = ${v.base}/users
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${v.mail}/%u
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
