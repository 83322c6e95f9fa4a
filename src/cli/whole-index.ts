// The index for commands that must miss nothing of the archive: what a crash, or a copy of the data folder, left out of it is put
// in first; where a service has the archive it does that by itself, and is given a moment. What is missing after that is said.
import { openHouse } from '../daemon.ts';
import { closeIndex, openIndex, type Index } from '../index/database.ts';
import { countLate } from '../index/late-text.ts';
import { journalBehind } from '../index/status.ts';
import { MailError } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';
import { octets } from '../runtime/octets.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { archiveWords } from './archive-words.ts';
import { hintLines } from './hint-lines.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';

/** How often, and in milliseconds after how long, a service is asked whether it has caught up. */
const LOOKS = 10;
const PAUSE = 200;

/**
 * Opens the index to read all of it. Throws MailError as `openIndex` does, and `cancelled`. `query`: words of it are not found
 * in messages whose text waits to be read, which is said.
 */
export async function openWholeIndex(
  frame: Frame,
  log: Log,
  signal: AbortSignal,
  query: string = '',
): Promise<Index> {
  const { data } = await frame.config();
  let db = openIndex(data, 'read');
  try {
    if ((await journalBehind(db, data)) > 0) {
      closeIndex(db);
      const isWhole = await catchUp(frame, log, signal);
      db = openIndex(data, 'read');
      if (!isWhole) await tellBehind(frame, db, data, signal);
    }
    tellLate(frame, db, query);
    return db;
  } catch (thrown) {
    closeIndex(db);
    throw thrown;
  }
}

/** False where a service has the archive, or it may not be written to from here. */
async function catchUp(frame: Frame, log: Log, signal: AbortSignal): Promise<boolean> {
  try {
    const house = await openHouse(await frame.config(), log, systemClock, signal);
    await house.close();
    return true;
  } catch (thrown) {
    if (!(thrown instanceof MailError) || !(thrown.kind === 'locked' || thrown.kind === 'storage'))
      throw thrown;
    return false;
  }
}

async function tellBehind(frame: Frame, db: Index, data: string, signal: AbortSignal): Promise<void> {
  let behind = await journalBehind(db, data);
  for (let looks = 0; behind > 0 && looks < LOOKS; looks++) {
    await systemClock.sleep(PAUSE, signal);
    behind = await journalBehind(db, data);
  }
  if (behind > 0) note(frame, archiveWords[languageOf(frame.around.env)].behind(octets(behind)));
}

function tellLate(frame: Frame, db: Index, query: string): void {
  const { unread } = countLate(db);
  if (unread > 0 && query.trim() !== '')
    note(frame, archiveWords[languageOf(frame.around.env)].unread(unread));
}

function note(frame: Frame, text: string): void {
  for (const line of hintLines(frame, frame.terminal.err, text, { kind: 'note', indent: 0 })) frame.say(line);
}
