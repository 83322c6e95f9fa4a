// What a program in the service's sandbox can do: run as the service is, it prints what came of each attempt, as JSON.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces, setPriority } from 'node:os';

const own = '/var/lib/mailkeep/probe';
const attempts = {
  'write below its state': () => writeFileSync(own, 'x'),
  'write into the drop folder': () => writeFileSync('/var/spool/mailkeep/.probe', 'x'),
  'read its configuration': () => readFileSync('/etc/mailkeep/config.yaml'),
  'write its configuration': () => writeFileSync('/etc/mailkeep/config.yaml', 'x'),
  'write below /usr': () => writeFileSync('/usr/lib/mailkeep/x', 'x'),
  'write below /var': () => writeFileSync('/var/lib/x', 'x'),
  'see a home': () => readFileSync('/home/alice/private'),
  'see a file of another /tmp': () => statSync('/tmp/of-another'),
  'see process 1': () => readdirSync('/proc/1'),
  'signal process 1': () => process.kill(1, 0),
  'make a file setuid': () => chmodSync(own, 0o4755),
  'give a file away': () => chownSync(own, 0, 0),
  'raise its priority': () => setPriority(-5),
  'list interfaces (netlink)': () => networkInterfaces(),
  'make a namespace': () => execFileSync('unshare', ['--user', 'true'], { stdio: 'pipe' }),
  'change the kernel': () => writeFileSync('/proc/sys/vm/swappiness', '1'),
  // The soft and the hard limit: whoever has room in the hard one helps himself.
  'dump its core': () =>
    /core file size +(\d+ +\w+)/.exec(readFileSync('/proc/self/limits', 'utf8'))[1].replace(/ +/, ' '),
};

const found = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    const came = attempt();
    found[name] = typeof came === 'string' ? came : 'done';
  } catch (thrown) {
    found[name] =
      thrown.info?.code ??
      (/Operation not permitted/.test(thrown.stderr) ? 'EPERM' : (thrown.code ?? thrown.message));
  }
}
process.stdout.write(`${JSON.stringify(found).replace('Unknown system error 97', 'EAFNOSUPPORT')}\n`);
