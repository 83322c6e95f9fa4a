// How it stands, live; and the button that starts a poll.
import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Clock } from '../model/clock.ts';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { livePart, statusPage } from './views/status.ts';

/** Milliseconds between two looks at what runs, while somebody watches. */
const GLANCE = 1000;
/** Glances without news before a line is sent that keeps the connection. */
const QUIET = 20;
/** Who may watch at once; a window that is not seen does not. */
const MOST_WATCHERS = 32;

/** Adds `/status`, `/events` and `/sync`. */
export function statusRoutes(app: Hono<PageEnv>, facts: Facts, clock: Clock): void {
  app.get('/status', async (context) => {
    const look = context.get('look');
    const status = await facts.status();
    if (context.req.query('part') === 'live') return context.html(livePart(look, status).toString());
    const months = await facts.months();
    const done = context.req.query('begun') === '1' ? look.words.status.syncs : null;
    return context.html(statusPage(look, { status, months, done }).toString());
  });
  app.post('/sync', async (context) => {
    const { account } = await context.req.parseBody();
    await facts.sync(typeof account === 'string' ? account : null);
    return context.redirect('/status?begun=1', 303);
  });
  let watchers = 0;
  app.get('/events', (context) => {
    // Nobody reads the answer to HEAD, and nothing would end it.
    if (context.req.method === 'HEAD')
      return context.body(null, 200, { 'content-type': 'text/event-stream' });
    if (watchers >= MOST_WATCHERS) return context.text('503\n', 503, { 'retry-after': '60' });
    watchers += 1;
    const isIn = context.get('isIn');
    return streamSSE(context, async (stream) => {
      let told = '';
      let quiet = 0;
      try {
        while (!stream.aborted && !stream.closed && isIn()) {
          const polls = JSON.stringify(await facts.polls());
          if (polls !== told) await stream.writeSSE({ event: 'polls', data: polls });
          else if ((quiet += 1) % QUIET === 0) await stream.write(': still here\n\n');
          told = polls;
          await clock.sleep(GLANCE);
        }
      } finally {
        watchers -= 1;
      }
    });
  });
}
