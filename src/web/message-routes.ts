// One message.
import type { Hono } from 'hono';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { messagePage } from './views/message.ts';

export function messageRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/message/:id', async (context) => {
    const message = await facts.message(context.req.param('id'));
    if (message === null) return context.notFound();
    return context.html(messagePage(context.get('look'), message).toString());
  });
}
