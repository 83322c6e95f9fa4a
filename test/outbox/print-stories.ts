// `npm run outbox:stories`: prints what a person sees of one message to each of seven servers that misbehave.
import type { Ending } from '../support/temporary.ts';
import { STORIES, tell } from './stories.ts';

const ends: (() => void | Promise<void>)[] = [];
const test: Ending = { after: (what) => void ends.push(what) };
try {
  for (const [i, story] of STORIES.entries()) {
    const { list, show, reason } = await tell(test, story);
    say(`\n===== ${i + 1}. ${story.title} =====\n`);
    say(`$ mailkeep outbox list\n${list}`);
    say(`$ mailkeep outbox show ID\n${show}`);
    if (reason !== null) say(`failed/letter.reason.txt\n${reason.replace(/^/gm, '  | ')}`);
  }
} finally {
  for (const end of ends) await end();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
