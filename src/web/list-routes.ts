// The search and its list.
import type { Hono } from 'hono';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { listPage } from './views/list.ts';

export function listRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/', async (context) => {
    const query = context.req.query('q') ?? '';
    const found = await facts.find({ query, sort: 'date', offset: 0, limit: 50 });
    return context.html(listPage(context.get('look'), query, found).toString());
  });
}
