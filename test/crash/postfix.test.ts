// `kill -9` at each step of a delivery to a real Postfix: what its mailbox then holds of the message is one, or the letter says
// that it may be there. To stay short, all syncs of the queue and names of files are met, and each sixth write to the queue.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MailError } from '../../src/model/error.ts';
import { list, type ListedLetter } from '../../src/outbox/list.ts';
import { countingPostfix } from '../outbox/kill-servers.ts';
import { message } from '../outbox/post-office.ts';
import { DOVECOT, POSTFIX, without } from '../servers/installed.ts';
import { until } from '../support/command-line.ts';
import { atEach, dyingAt, told, type Effects } from '../support/crash-points.ts';
import { noStrace } from '../support/strace.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const CHILD = fileURLToPath(new URL('../outbox/sender-child.js', import.meta.url));
const QUEUE = ['data/outbox.db-wal'];
const EFFECTS: readonly Effects[] = [
  { name: 'sync of the queue', calls: 'fsync,fdatasync', on: QUEUE },
  { name: 'write to the queue', calls: 'pwrite64', on: QUEUE, each: 6 },
  { name: 'rename', calls: '?rename,?renameat,?renameat2' },
  { name: 'unlink', calls: '?unlink,?unlinkat' },
];

const skip = noStrace || without({ Dovecot: DOVECOT, Postfix: POSTFIX });

test(
  'killed at each step of a delivery, Postfix has the message once, or it is said to be in doubt',
  { skip },
  async (t) => {
    const server = await countingPostfix(t);
    const { port, send, password, user, sender } = server;
    const letters = new Map<string, ListedLetter | undefined>();
    const children = new Set<ChildProcess>();
    t.after(() => children.forEach((child) => child.kill('SIGKILL')));
    const start = (home: string, ...before: readonly string[]): ChildProcess => {
      const given = JSON.stringify({ send, password, user, sender });
      const own = [process.execPath, CHILD, join(home, 'data'), join(home, 'drop'), String(port), given];
      const [program = '', ...rest] = [...before, ...own];
      const child = spawn(program, rest, { stdio: 'ignore' });
      children.add(child);
      return child;
    };
    const met = await atEach(EFFECTS, async (moment) => {
      const home = temporaryDirectory(t);
      for (const name of ['data', 'drop']) mkdirSync(join(home, name));
      const id = `<${letters.size}@mail.test>`;
      letters.set(id, undefined);
      put(join(home, 'drop'), message(server.recipient).replace('<one@mail.test>', id));
      const doomed = start(home, ...dyingAt(moment, home));
      const killed = await comesToEnd(doomed, home);
      const next = start(home);
      await until(
        () => isSettled(home) || next.exitCode !== null,
        () => JSON.stringify(letterIn(home)),
      );
      letters.set(id, letterIn(home));
      next.kill('SIGKILL');
      return killed ? 'killed' : 'lived';
    });
    const counts = await server.counts();
    const doubtful = [...letters].filter(([, letter]) => letter?.doubtful === true);
    for (const [id, letter] of letters) {
      const wanted = letter?.doubtful === true ? [0, 1] : [1];
      assert.ok(wanted.includes(counts.get(id) ?? 0), `${id}: ${counts.get(id)} times, ${letter?.state}`);
    }
    const taken = doubtful.filter(([id]) => counts.get(id) === 1).length;
    t.diagnostic(`Postfix: ${told(met)}; ${doubtful.length} of them in doubt, ${taken} of these delivered`);
    for (const { name } of EFFECTS) assert.ok((met.get(name) ?? 0) > 0, name);
    assert.ok(taken > 0, 'a kill between the dot and its answer is met');
  },
);

/** True where it was killed; a sender that lived is ended by its own process id, for strace is above it. */
async function comesToEnd(child: ChildProcess, home: string): Promise<boolean> {
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  await until(
    () => !alive() || isSettled(home),
    () => JSON.stringify(letterIn(home)),
  );
  const killed = !alive();
  if (!killed) {
    const holder: { readonly pid: number } = JSON.parse(readFileSync(join(home, 'data/outbox.lock'), 'utf8'));
    const ended = once(child, 'exit');
    try {
      process.kill(holder.pid, 'SIGKILL');
    } catch (thrown) {
      // It was killed meanwhile, in what it does when all is done.
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
    }
    if (alive()) await ended;
  }
  return killed;
}

/** What is sent has landed, and left no work; what is in doubt waits. */
function isSettled(home: string): boolean {
  const letter = letterIn(home);
  if (letter?.doubtful === true) return true;
  return letter?.state === 'sent' && existsSync(join(home, 'drop/sent/letter.eml'));
}

/** Undefined also while the queue is being made. */
function letterIn(home: string): ListedLetter | undefined {
  try {
    return list(join(home, 'data'))[0];
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'storage') return undefined;
    throw thrown;
  }
}

/** As a careful writer puts it there: it need not be seen quiet. */
function put(drop: string, text: string): void {
  const path = join(drop, 'letter.eml');
  writeFileSync(`${path}.tmp`, text);
  utimesSync(`${path}.tmp`, Date.now() / 1000, Date.now() / 1000 - 1);
  renameSync(`${path}.tmp`, path);
}
