// A machine under a real systemd: the tree of Debian 13 that `.ci/install-servers` made, booted by systemd-nspawn in a fraction of a
// second. What is written in it goes to memory and ends with the test; the tree stays as it was. It shares the network, so that
// it reaches the servers of the test on loopback.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program, TRIXIE, without } from '../servers/installed.ts';
import type { Ending } from '../support/temporary.ts';

/** How a command ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A booted machine. Paths are the machine's. */
export interface Machine {
  /** Runs a command as root. */
  run(...argv: readonly string[]): Promise<Ran>;
  /** The same, which must end well; what it printed. */
  ok(...argv: readonly string[]): Promise<string>;
  /** Runs a line of shell as root; what it printed. */
  sh(script: string): Promise<string>;
  /** What systemd tells of the service. */
  property(name: string): Promise<string>;
  /** What the service has logged. */
  journal(): Promise<string>;
  /** Resolves when it happens; throws with the log where it does not for very long. */
  comes(happens: () => Promise<boolean> | boolean, what: string): Promise<void>;
  /** Writes a file, and the folders above it. */
  write(path: string, text: string | Buffer, mode?: number): void;
  /** Where this machine sees its root. */
  readonly root: string;
}

/** Milliseconds for what is waited for. */
const PATIENCE = 180_000;

const NSPAWN = '/usr/bin/systemd-nspawn';

/** Why no machine can be booted here; `more`: what else a test needs, as `without` takes it. */
export function withoutMachine(more: Parameters<typeof without>[0] = {}): ReturnType<typeof without> {
  return without({
    'a tree of Debian 13 (.ci/install-servers)': TRIXIE,
    'systemd-nspawn': program(NSPAWN),
    ...more,
  });
}

/**
 * Dies with the test's process, however that ends, and all of the machine with it: its processes have a namespace of their own, whose
 * first one is killed with whoever made it.
 */
const ALONE =
  '--pdeathsig KILL /usr/bin/unshare --mount --propagation private --pid --fork --kill-child --mount-proc'.split(
    ' ',
  );

/** A control group of its own, whatever this machine's init makes of them: systemd wants the second version. */
const BOOT = `
set -e
base=$1 tree=$2 name=$3
mount -t tmpfs -o mode=755 tmpfs "$base"
mkdir "$base/top" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$base/top,workdir=$base/work" "$base/root"
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$name"
echo $$ >"/sys/fs/cgroup/$name/cgroup.procs"
exec ${NSPAWN} --quiet --boot --register=no --keep-unit --console=pipe --machine="$name" --directory="$base/root"
`;

/** Boots a machine, which is halted when the test ends. */
export async function boot(test: Ending): Promise<Machine> {
  const name = `mailkeep-test-${process.pid}`;
  const base = join('/run', name);
  mkdirSync(base, { recursive: true });
  const child = spawn('/usr/bin/setpriv', [...ALONE, 'sh', '-c', BOOT, 'boot', base, TRIXIE ?? '', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  test.after(async () => {
    // It asks the machine to halt.
    for (const nspawn of childrenOf(child.pid ?? 0)) process.kill(nspawn, 'SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(late);
    rmSync(base, { recursive: true, force: true });
    removeGroups(name);
  });
  const init = await initOf(child.pid ?? 0, () => said);
  const machine = inside(init, join('/proc', String(init), 'root'));
  for (let tries = 0; ; tries++) {
    const { stdout } = await machine.run('systemctl', 'is-system-running', '--wait');
    if (/running|degraded/.test(stdout)) break;
    if (tries > 2400) throw new Error(`it does not come up:\n${stdout}${said}`);
    await sleep(50);
  }
  return machine;
}

/** The first process of the machine, the only child of systemd-nspawn, which is that of unshare. */
async function initOf(unshare: number, said: () => string): Promise<number> {
  for (let tries = 0; tries < 2400; tries++) {
    const child = childrenOf(unshare).flatMap(childrenOf)[0];
    if (child !== undefined && readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n') return child;
    await sleep(50);
  }
  throw new Error(`it does not boot:\n${said()}`);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function inside(init: number, root: string): Machine {
  const run = (...argv: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      // The servers of the test live in this process: it must not wait in silence.
      const child = spawn('/usr/bin/nsenter', ['-a', '-t', String(init), ...argv], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', LANG: 'C.UTF-8', HOME: '/root' },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  const ok = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  // Of a service of a person's own, too.
  const lastLines = (): Promise<string> => ok('journalctl', '--no-pager', '--lines=100');
  return {
    run,
    ok,
    sh: (script) => ok('sh', '-ec', script),
    property: async (name) =>
      (await ok('systemctl', 'show', '--value', `--property=${name}`, 'mailkeep')).trim(),
    journal: () => ok('journalctl', '--unit=mailkeep', '--output=cat', '--no-pager'),
    comes: async (happens, what) => {
      const end = performance.now() + PATIENCE;
      while (!(await happens())) {
        if (performance.now() > end) throw new Error(`${what} did not come:\n${await lastLines()}`);
        await sleep(50);
      }
    },
    write: (path, text, mode = 0o644) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode });
    },
    root,
  };
}

/** What is left of its control groups, as far as this machine's init shows them. */
function removeGroups(name: string): void {
  for (const top of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
    const remove = (folder: string): void => {
      try {
        for (const entry of readdirSync(folder, { withFileTypes: true }))
          if (entry.isDirectory()) remove(join(folder, entry.name));
        rmdirSync(folder);
      } catch {
        // It is not there.
      }
    };
    remove(join(top, name));
  }
}
