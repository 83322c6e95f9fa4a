// The sending queue, and what a person does about a letter.
import type { Hono } from 'hono';
import type { Action } from '../outbox/actions.ts';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { letterPage } from './views/letter.ts';
import { outboxPage } from './views/outbox.ts';
import type { Words } from './words.ts';

/** Adds `/outbox`, `/outbox/:id` and `/outbox/:id/:action`. */
export function outboxRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/outbox', async (context) => {
    const look = context.get('look');
    const letters = await facts.letters();
    const { done = '', id = '' } = context.req.query();
    const letter = letters.all.find((one) => one.letter.id === id)?.letter;
    const news =
      letter === undefined || !isAction(done, look.words) ? null : look.words.outbox.done[done](letter.file);
    return context.html(outboxPage(look, letters, news).toString());
  });
  app.get('/outbox/:id', async (context) => {
    const letter = await facts.letter(context.req.param('id'));
    return context.html(letterPage(context.get('look'), letter).toString());
  });
  app.post('/outbox/:id/:action', async (context) => {
    const { id, action } = context.req.param();
    if (!isAction(action, context.get('look').words)) return context.notFound();
    const done = new URLSearchParams({ done: action, id: await facts.act(action, id) });
    return context.redirect(`/outbox?${done.toString()}`, 303);
  });
}

function isAction(text: string, { outbox }: Words): text is Action {
  return Object.hasOwn(outbox.actions, text);
}
