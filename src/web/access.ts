// Who may enter, and what goes with every answer. It stands before all routes.
import type { MiddlewareHandler } from 'hono';
import type { PageEnv } from './app.ts';
import { PAGE } from './policy.ts';

/** Puts the policy of the page on every answer that has none of its own. */
export function guard(): MiddlewareHandler<PageEnv> {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(PAGE))
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  };
}
