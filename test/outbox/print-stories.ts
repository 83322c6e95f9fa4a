// `npm run outbox:stories`: prints what a person sees of one message to each of seven servers that misbehave.
import { Endings } from '../support/endings.ts';
import { STORIES, tell } from './stories.ts';

const test = new Endings();
try {
  for (const [i, story] of STORIES.entries()) {
    const { list, show, reason } = await tell(test, story);
    say(`\n===== ${i + 1}. ${story.title} =====\n`);
    say(`$ mailkeep outbox list\n${list}`);
    say(`$ mailkeep outbox show ID\n${show}`);
    if (reason !== null) say(`failed/letter.reason.txt\n${reason.replace(/^/gm, '  | ')}`);
  }
} finally {
  await test.end();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
