// The archive is another process's: where that is the service, it does what is wished, and its answer is taken for the command's own.
import { askService, notUnderstood, type Waiting } from '../control/ask.ts';
import { controlPlaces, type Request } from '../control/wire.ts';
import type { MailError } from '../model/error.ts';
import type { Frame } from './output.ts';

/** Asks the running service. Throws `locked` where none answers, the service's own MailError, or the signal's reason. */
export async function askInstead<T>(
  frame: Frame,
  request: Request,
  isAnswer: (answer: unknown) => answer is T,
  locked: MailError,
  waiting: Waiting,
): Promise<T> {
  const { data } = await frame.config();
  const there = await askService(controlPlaces(frame.around.env, data, 'command'), data, request, waiting);
  if (there === undefined) throw locked;
  if (isAnswer(there.answer)) return there.answer;
  throw notUnderstood();
}
