// A sender under load that is killed again and again with SIGKILL, at whatever it does: taking files, writing its queue, sending.
// Counted is what the server has of each Message-ID afterwards, against what the queue says of it.
import { spawn } from 'node:child_process';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Send } from '../../src/model/account.ts';
import { list } from '../../src/outbox/list.ts';

const CHILD = fileURLToPath(new URL('sender-child.js', import.meta.url));

/** A server that counts, and how to reach it. */
export interface Counting {
  readonly name: string;
  readonly port: number;
  readonly send: Partial<Send>;
  readonly password: string;
  /** Whom the server knows the sender as. */
  readonly user: string;
  readonly sender: string;
  readonly recipient: string;
  /** How often it has taken each Message-ID, once all that it took has come to its place. */
  readonly counts: () => Promise<ReadonlyMap<string, number>>;
}

/** What came of it. */
export interface Tally {
  readonly messages: number;
  readonly kills: number;
  /** Sent, and the server has it once. */
  readonly once: number;
  /** In doubt, and flagged so; of these, the server has so many. */
  readonly uncertain: number;
  readonly uncertainTaken: number;
  /** The server has it more than once. */
  readonly twice: number;
  /** Said to be sent and not there, or not known any more. */
  readonly lost: number;
  /** There, and not known to be. */
  readonly untold: number;
}

/** Drops `messages`, kills the sender `kills` times meanwhile, and lets the last one come to its end. */
export async function runKills(
  folders: { readonly data: string; readonly drop: string },
  server: Counting,
  messages: number,
  kills: number,
  random: (below: number) => number,
): Promise<Tally> {
  const { data, drop } = folders;
  let dropped = 0;
  const more = (count: number): void => {
    for (; dropped < messages && count > 0; count--, dropped++) put(drop, dropped, server);
  };
  for (let kill = 0; kill < kills; kill++) {
    more(Math.ceil((messages / kills) * 1.25));
    const child = start(folders, server);
    // Loading the program takes longer than its work: that is not what is to be cut off.
    await child.started;
    await sleep(random(600));
    child.kill();
    await child.ended;
  }
  more(messages);
  const child = start(folders, server);
  try {
    for (let waited = 0; !isDone(data, messages); waited++) {
      if (waited > 6000) throw new Error(`it does not come to an end: ${child.said()}`);
      await sleep(100);
    }
  } finally {
    child.kill();
    await child.ended;
  }
  return tally(data, await server.counts(), messages, kills);
}

function put(drop: string, n: number, { sender, recipient }: Counting): void {
  const path = join(drop, `m${n}.eml`);
  const text = `From: ${sender}\nTo: ${recipient}\nSubject: ${n}\nMessage-ID: ${idOf(n)}\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nHello ${n}.\n`;
  writeFileSync(`${path}.tmp`, text);
  utimesSync(`${path}.tmp`, Date.now() / 1000, Date.now() / 1000 - 1);
  renameSync(`${path}.tmp`, path);
}

const idOf = (n: number): string => `<m${n}@kills.test>`;

function start(
  { data, drop }: { readonly data: string; readonly drop: string },
  { port, send, password, user, sender }: Counting,
): {
  readonly kill: () => void;
  readonly started: Promise<void>;
  readonly ended: Promise<void>;
  readonly said: () => string;
} {
  // What is in doubt is held: the server's count is then what the first sending alone has made.
  const rate = { perMinute: 1_000_000, perDay: 1_000_000, perConnection: 20 };
  const how = JSON.stringify({ send: { uncertain: 'hold', rate, ...send }, password, user, sender });
  const child = spawn(process.execPath, [CHILD, data, drop, String(port), how], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const started = new Promise<void>((resolve) => child.stderr.once('data', () => resolve()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { kill: () => void child.kill('SIGKILL'), started, ended, said: () => said };
}

/** Each is sent, or in doubt and held. */
function isDone(data: string, messages: number): boolean {
  const all = list(data);
  const settled = all.filter(
    ({ state, next }) => state === 'sent' || (state === 'uncertain' && next === null),
  );
  return all.length >= messages && settled.length === all.length;
}

function tally(data: string, counts: ReadonlyMap<string, number>, messages: number, kills: number): Tally {
  const letters = new Map(list(data).map((letter) => [letter.file, letter]));
  const sum = { once: 0, uncertain: 0, uncertainTaken: 0, twice: 0, lost: 0, untold: 0 };
  for (let n = 0; n < messages; n++) {
    const letter = letters.get(`m${n}.eml`);
    const count = counts.get(idOf(n)) ?? 0;
    if (count > 1) sum.twice++;
    if (letter?.doubtful === true) {
      sum.uncertain++;
      if (count > 0) sum.uncertainTaken++;
    } else if (letter === undefined || (letter.state === 'sent' && count === 0)) sum.lost++;
    else if (letter.state !== 'sent') sum.untold++;
    else if (count === 1) sum.once++;
  }
  return { messages, kills, ...sum };
}

/** The counts as lines for a person. */
export function tallyLines(name: string, tally: Tally): string[] {
  const { messages, kills, once, uncertain, uncertainTaken, twice, lost, untold } = tally;
  return [
    `${name}: ${messages} messages, ${kills} kills`,
    `  sent once   ${once}`,
    `  uncertain   ${uncertain} (held and flagged; the server has ${uncertainTaken} of them)`,
    `  twice       ${twice}`,
    `  lost        ${lost}`,
    ...(untold === 0 ? [] : [`  not settled ${untold}`]),
  ];
}
