// Run in a network namespace of its own: the only name server there is, and in its net one `mailkeep` with the arguments given.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startNameServer } from '../support/dns-server.ts';
import { MAIN } from '../support/command-line.ts';

const endings: (() => unknown)[] = [];
await startNameServer(
  { after: (ending) => void endings.push(ending) },
  {
    'office.example': [['MX', 10, 'mxbiz1.qq.com']],
    'home.example': [],
    '_imaps._tcp.home.example': [['SRV', 0, 1, 993, 'imap.home.example']],
    '_submissions._tcp.home.example': [['SRV', 0, 1, 465, 'smtp.home.example']],
    '_imaps._tcp.xn--fsqu00a.xn--55qx5d': [['SRV', 0, 1, 993, 'imap.xn--fsqu00a.xn--55qx5d']],
    '_imaps._tcp.far.example': [['SRV', 0, 1, 993, 'imap.somewhere.else.example']],
  },
  53,
);
const child = spawn(process.execPath, [MAIN, ...process.argv.slice(2)], { stdio: 'inherit' });
const [code] = (await once(child, 'close')) as [number | null];
for (const ending of endings) ending();
process.exitCode = code ?? 1;
