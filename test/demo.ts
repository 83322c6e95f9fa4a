// `npm run demo`: a mail provider of our own on loopback, and the real command line at work on it, from the first sync to
// a message sent and received back. It ends by itself; with --keep it stays until Ctrl-C, for a person to try things.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command, heading, quote, say, storedIn, tree } from './demo/paper.ts';
import type { Stage } from './demo/stage.ts';
import { setStage } from './demo/stage.ts';
import { compose, text } from './messages/compose.ts';
import { LI, WANG } from './messages/sample.ts';
import type { Ran } from './support/command-line.ts';
import { CommandLine, MAIN } from './support/command-line.ts';
import { FRIEND, OWNER } from './support/provider/furnished.ts';

const LETTER_ID = '<lighthouse@demo.example>';

/** A command did not do what it should: the demo ends here, and says so. */
class Disappointed extends Error {
  override readonly name = 'Disappointed';
}

const began = performance.now();
const stage = await setStage();
const line = new CommandLine(stage.config);
let failed = false;
try {
  introduce(stage);
  await fetchAll(stage, line);
  await search(line);
  await sendAndReceive(stage, line);
  await finish(stage, line);
} catch (error) {
  if (!(error instanceof Disappointed)) throw error;
  process.stderr.write(`\nThe demo failed: ${error.message}\nIts files lie in ${stage.directory}\n`);
  failed = true;
} finally {
  line.kill();
  if (failed || !process.argv.includes('--keep')) await stage.provider.stop();
}
if (failed) process.exitCode = 1;
else if (process.argv.includes('--keep')) await stay(stage);
else {
  say();
  say(
    `Done in ${((performance.now() - began) / 1000).toFixed(1)} s. Try it yourself: npm run demo -- --keep`,
  );
  say(`Remove it with: rm -rf ${stage.directory}`);
}

function introduce({ provider, count }: Stage): void {
  process.stdout.write('\nmailkeep: a demonstration\n\n');
  say('A small mail provider of our own runs on this machine (127.0.0.1, TLS):');
  say(
    `IMAP on port ${provider.ports.imaps}, POP3 on ${provider.ports.pop3s}, SMTP on ${provider.ports.smtps}.`,
  );
  say(`${OWNER.address} has ${count} messages there, in Chinese and English, in four folders.`);
}

async function fetchAll({ provider, data }: Stage, line: CommandLine): Promise<void> {
  heading(1, 'Fetch everything, once over IMAP and once over POP3');
  for (const account of ['wang', 'wang-pop3']) await show(line, 'sync', account);
  const stored = storedIn(join(data, 'mail'));
  const held = ['INBOX', '客户往来', 'Sent', 'Junk'].flatMap((name) =>
    provider.messages(OWNER.address, name),
  );
  const equal = held.filter(({ bytes }) => {
    const path = stored.get(sha256(bytes));
    return path !== undefined && readFileSync(path).equals(bytes);
  });
  if (equal.length !== held.length)
    throw new Disappointed(`${equal.length} of ${held.length} messages are stored byte for byte`);
  say(`All ${held.length} messages are on disk, byte for byte what the server holds.`);
  say(`IMAP and POP3 share their files: ${stored.size} files in all.`);
}

async function search(line: CommandLine): Promise<void> {
  heading(2, 'Find something');
  await show(line, 'search', '发票', '--limit', '3');
  await show(line, 'search', 'invoice', '--limit', '3');
}

async function sendAndReceive({ provider, outbox, data }: Stage, line: CommandLine): Promise<void> {
  heading(3, 'Send a message by dropping a file, and receive it back');
  mkdirSync(outbox, { recursive: true });
  const file = join(outbox, 'lighthouse.eml');
  writeFileSync(`${file}.tmp`, letter());
  renameSync(`${file}.tmp`, file);
  say(`A message to ${FRIEND.address} and ${OWNER.address} lies in ${file}`);
  say();
  command('daemon');
  const daemon = line.start('daemon');
  const sent = (): boolean => present(join(outbox, 'sent'), 'lighthouse.eml');
  await until(() => sent() || !daemon.alive(), 60_000);
  const { stderr } = await daemon.stop();
  if (!sent()) throw new Disappointed(`the message was not sent\n${stderr}`);
  quote(`the server took it over ${times(provider.accepted(LETTER_ID))}; the file is in outbox/sent/ now`);
  await show(line, 'sync', 'wang');
  const found = await show(line, 'search', '灯塔', '--limit', '1');
  if (!found.stdout.includes('灯塔')) throw new Disappointed('the message did not come back');
  const back = provider.messages(OWNER.address, 'INBOX').at(-1);
  const path = back === undefined ? undefined : storedIn(join(data, 'mail')).get(sha256(back.bytes));
  if (path === undefined) throw new Disappointed('the message that came back is not stored');
  say(`It is stored as ${path}`);
}

async function finish({ directory }: Stage, line: CommandLine): Promise<void> {
  heading(4, 'How does it stand?');
  await show(line, 'status');
  heading(5, 'Where everything lies');
  tree(directory);
}

async function stay({ provider, config, outbox }: Stage): Promise<void> {
  heading(6, 'Your turn');
  say('The provider stays until Ctrl-C. In another terminal:');
  say();
  const mailkeep = `node ${MAIN} --config ${config}`;
  for (const words of ["search 'from:anna has:attachment'", 'folders wang', 'verify', 'daemon'])
    say(`${mailkeep} ${words}`);
  say(`cp any.eml ${outbox}/`);
  // A listening server keeps the process alive until then.
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await provider.stop();
  say();
}

/** Shows a command and what it said; throws Disappointed when it failed. */
async function show(line: CommandLine, ...args: readonly string[]): Promise<Ran> {
  command(...args);
  const ran = await line.run(...args);
  if (ran.code !== 0)
    throw new Disappointed(`mailkeep ${args.join(' ')} ended with ${ran.code}\n${ran.stdout}${ran.stderr}`);
  quote(ran.stdout === '' ? ran.stderr : ran.stdout);
  return ran;
}

function letter(): Buffer {
  return compose({
    date: null, // the outbox dates it
    from: WANG,
    to: [LI, WANG],
    subject: '灯塔来信 A letter from the lighthouse',
    messageId: LETTER_ID,
    body: text('李华：\n\n灯塔的灯又亮了，船都认得路。\nThe lamp is burning again.\n\n小明\n', {
      encoding: 'base64',
    }),
  });
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition() && performance.now() < end) await sleep(50);
}

function present(directory: string, name: string): boolean {
  try {
    return readdirSync(directory).includes(name);
  } catch {
    return false; // not made yet
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
