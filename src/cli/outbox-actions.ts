// `mailkeep outbox retry|hold|release|cancel`: what a person does to messages that wait. The running service does it, which may
// be in the middle of sending them; without one it is done here.
import type { Action } from '../outbox/actions.ts';
import type { ListedLetter } from '../outbox/list.ts';
import type { Language } from '../web/language.ts';
import { languageOf } from './locale.ts';
import { outboxWords } from './outbox-words.ts';
import type { Frame } from './output.ts';
import { failureJson, type FailureJson } from './output.ts';
import { safeLine } from './terminal-text.ts';
import { serviceBeside } from './service-beside.ts';
import { fromNow } from './times.ts';

/** What became of one id. */
interface Done {
  readonly id: string;
  readonly letter: ListedLetter | null;
  readonly error: FailureJson | null;
}

/** Does it to each, and tells; one that cannot be holds up none. */
export async function actOn(action: Action, ids: readonly string[], frame: Frame): Promise<void> {
  const done: Done[] = [];
  for (const id of ids) {
    try {
      const letter = await (await serviceBeside(frame)).act(action, id);
      done.push({ id, letter, error: null });
      if (!frame.json) frame.print(told(action, letter, Date.now(), languageOf(frame.around.env)));
    } catch (thrown) {
      done.push({ id, letter: null, error: failureJson(thrown) });
      if (frame.json) frame.exit(1);
      else frame.fail(thrown);
    }
  }
  if (frame.json) frame.document({ ok: done.every(({ error }) => error === null), letters: done });
}

function told(action: Action, letter: ListedLetter, now: number, language: Language): string {
  const { id, file, state, next } = letter;
  const { done } = outboxWords[language];
  const name = `${id}  ${safeLine(file)}`;
  switch (action) {
    case 'hold':
      return state === 'intent' ? done.intent(name) : done.hold(name);
    case 'cancel':
      return done.cancel(name);
    case 'retry':
    case 'release':
      return next === null
        ? done.stands(name, state)
        : done.goes(name, fromNow(Date.parse(next), now, language));
  }
}
