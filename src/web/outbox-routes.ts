// The sending queue.
import type { Hono } from 'hono';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { outboxPage } from './views/outbox.ts';

/** Adds `/outbox`. */
export function outboxRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/outbox', async (context) => {
    const look = context.get('look');
    const letters = await facts.letters();
    return context.html(outboxPage(look, letters).toString());
  });
}
