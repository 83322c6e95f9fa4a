// The HTML of a mail, for the frame in its page: made safe, and sent under a policy that would hold without that. With
// `?remote=1` images come from elsewhere, because the person asked for them.
import type { Hono } from 'hono';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { messageId } from './message-id.ts';
import { BODY, BODY_REMOTE } from './policy.ts';
import { safeHtml } from './safe-html.ts';

/** GET /message/:id/body. */
export function bodyRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/message/:id/body', async (context) => {
    const id = messageId(context.req.param('id'));
    const parts = id === undefined ? undefined : await facts.parts(id);
    if (parts === undefined || parts.html === null) return context.notFound();
    const remote = context.req.query('remote') === '1';
    const images = new Map(parts.inline.map(({ cid, content }) => [cid, content]));
    const { html } = safeHtml(parts.html, { image: (cid) => images.get(cid), remote });
    return context.body(html, 200, remote ? BODY_REMOTE : BODY);
  });
}
