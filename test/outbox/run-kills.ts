// `npm run kills -- 2000 200`: sends so many messages through a sender that is killed so often, to our counting server and to
// Postfix where that is installed, and prints what came of them. It takes some minutes.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOVECOT, POSTFIX, without } from '../servers/installed.ts';
import { Endings } from '../support/endings.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { countingPostfix, countingProvider } from './kill-servers.ts';
import { runKills, tallyLines, type Counting } from './kills.ts';

const [messages = 200, kills = 20] = process.argv.slice(2).map(Number);
const test = new Endings();
let failed = false;
const missing = without({ Dovecot: DOVECOT, Postfix: POSTFIX });
const starts: ((test: Ending) => Promise<Counting>)[] = [countingProvider];
if (missing === false) starts.push(countingPostfix);
else say(`Postfix is left out: ${missing}`);
try {
  for (const start of starts) {
    const server = await start(test);
    const home = temporaryDirectory(test);
    const folders = { data: join(home, 'data'), drop: join(home, 'drop') };
    for (const folder of Object.values(folders)) mkdirSync(folder);
    const tally = await runKills(folders, server, messages, kills, (below) =>
      Math.floor(Math.random() * below),
    );
    for (const line of tallyLines(server.name, tally)) say(line);
    failed ||= tally.twice + tally.lost + tally.untold > 0;
  }
} finally {
  await test.end();
}
process.exitCode = failed ? 1 : 0;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
