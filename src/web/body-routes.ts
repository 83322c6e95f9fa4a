// The HTML of a mail, for the frame in its page: made safe, and sent under a policy that would hold without that. With
// `?remote=1` images come from elsewhere, because the person asked for them.
import type { Hono } from 'hono';
import { MailError } from '../model/error.ts';
import type { PageEnv } from './app.ts';
import type { Facts } from './facts.ts';
import { messageId } from './message-id.ts';
import { BODY, BODY_REMOTE } from './policy.ts';

/** GET /message/:id/body. */
export function bodyRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/message/:id/body', async (context) => {
    const id = messageId(context.req.param('id'));
    const remote = context.req.query('remote') === '1';
    if (id === undefined) return context.notFound();
    try {
      const body = await facts.body(id, remote);
      return body === null ? context.notFound() : context.body(body.html, 200, remote ? BODY_REMOTE : BODY);
    } catch (thrown) {
      // Said inside the frame: a page of ours may not stand in one.
      if (!(thrown instanceof MailError) || thrown.kind !== 'message') throw thrown;
      const plain = { ...BODY, 'content-type': 'text/plain; charset=utf-8' };
      return context.body(`${thrown.message}\n`, 422, plain);
    }
  });
}
