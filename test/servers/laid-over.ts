// A server that is only unpacked (.ci/install-servers), run as if it were installed: in namespaces of its own its tree lies
// over this machine's /usr, /etc and /var, and what the test wrote over both. The machine sees nothing of it, and whatever
// the server starts ends with it.
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { UNSHARE } from './installed.ts';
import { run, type Running } from './running.ts';

/** A server's own view of the machine. */
export interface Laid {
  /** A directory that both the test and the server see under this name; it goes with the test. */
  readonly base: string;
  /** Makes a directory below `base` that belongs to this user; its absolute path. `run/…` is seen as `/run/…`. */
  directory(path: string, owner: number): string;
  /** Writes a file that the server sees at this absolute path, below /etc, /var or /run. */
  write(path: string, text: string, mode?: number): void;
  /** Runs a shell script as the server, until it is killed; resolves when all ports of loopback answer. */
  start(script: string, ports: readonly number[]): Promise<void>;
  /** Kills all of it at once, as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Lays `tree` over the machine for one server, which is killed when the test ends. `users` are those that its package would
 * have added, by name; each has a group of the same name and number.
 */
export function layOver(test: Ending, tree: string, users: Readonly<Record<string, number>>): Laid {
  // What is said to run at the end runs in the order in which it was said: the server ends before its directory goes.
  let running: Running | undefined;
  const kill = async (): Promise<void> => {
    await running?.kill();
  };
  test.after(kill);
  const base = temporaryDirectory(test);
  chmodSync(base, 0o755);
  for (const part of ['own/usr', 'own/etc', 'own/var', 'run', 'top'])
    mkdirSync(join(base, part), { recursive: true, mode: 0o755 });
  const place = (path: string): string => join(base, path.startsWith('/run/') ? '' : 'own', path);
  const laid: Laid = {
    base,
    directory: (path, owner) => {
      mkdirSync(join(base, path), { recursive: true, mode: 0o755 });
      chownSync(join(base, path), owner, owner);
      return join(base, path);
    },
    write: (path, text, mode = 0o644) => {
      mkdirSync(dirname(place(path)), { recursive: true, mode: 0o755 });
      writeFileSync(place(path), text, { mode });
    },
    start: async (script, ports) => {
      writeFileSync(join(base, 'start.sh'), script);
      const alone = ['--pdeathsig', 'KILL', UNSHARE, ...ALONE, 'sh', '-c', LAY, 'lay', tree, base];
      running = await run(SETPRIV, alone, ...ports);
    },
    kill,
  };
  const lines = Object.entries(users).map(([name, id]) => [
    `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`,
    `${name}:x:${id}:\n`,
  ]);
  for (const [file, column] of [
    ['/etc/passwd', 0],
    ['/etc/group', 1],
  ] as const)
    laid.write(file, `${readFileSync(file, 'utf8')}${lines.map((pair) => pair[column]).join('')}`);
  // A container's own one is a mount, which an overlay does not show.
  laid.write('/etc/hosts', '127.0.0.1 localhost\n');
  return laid;
}

/** Dies with the test's process, however that ends. */
const SETPRIV = '/usr/bin/setpriv';

/** In a mount and process namespace: when its first process is killed, all others are. */
const ALONE = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];

/**
 * What is written at run time goes into memory: an overlay cannot keep it on every file system. The shell stays, because
 * whoever changes its user is no longer told to die.
 */
const LAY = `
set -e
tree=$1 base=$2
mount -t tmpfs -o mode=755 tmpfs "$base/top"
for part in usr etc var; do
  mkdir "$base/top/$part" "$base/top/$part.work"
  layers="lowerdir=$base/own/$part:$tree/$part:/$part"
  mount -t overlay overlay -o "$layers,upperdir=$base/top/$part,workdir=$base/top/$part.work" "/$part"
done
mount --bind "$base/run" /run
sh "$base/start.sh" &
wait
`;
