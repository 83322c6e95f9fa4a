// The configurations of the two programs that benchmarks set side by side.

/** For `mailkeep sync`: one account; `receive` holds its keys as YAML in a line, `BENCH_PASSWORD` its password. */
export function mailkeepYaml(data: string, receive: string, protocol: 'imap' | 'pop3' = 'imap'): string {
  return `data: ${data}
accounts:
  - name: bench
    address: keeper@example.net
    user: keeper
    password: { env: BENCH_PASSWORD }
    receive: { protocol: ${protocol}, ${receive} }
`;
}

/** For `mbsync bench`: every folder into Maildirs below `mail`, each message synced to the disk. */
export function mbsyncRc(mail: string, port: number, ca: string): string {
  return `FSync yes
IMAPAccount bench
Host localhost
Port ${port}
User keeper
Pass secret
SSLType IMAPS
CertificateFile ${ca}

IMAPStore far
Account bench

MaildirStore near
SubFolders Verbatim
Path ${mail}/
Inbox ${mail}/INBOX

Channel bench
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState *
`;
}
