// A home with a configuration and a small archive, for the commands that read one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes `<home>/.config/mailkeep/config.yaml` for two accounts; `<home>/data` is where the archive lies. */
export function writeConfig(home: string): string {
  const data = join(home, 'data');
  const path = join(home, '.config/mailkeep/config.yaml');
  mkdirSync(data, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  const account = (name: string, domain: string): string => `  - name: ${name}
    address: me@${domain}
    password: { env: PASSWORD }
    receive: { protocol: imap, host: 127.0.0.1, port: 1143, tls: none, schedule: '*/5 * * * *' }
`;
  writeFileSync(path, `data: ${data}\naccounts:\n${account('qq', 'qq.com')}${account('gmail', 'gmail.com')}`);
  return data;
}
