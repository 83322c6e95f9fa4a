// Requests → pages. First what every response needs (the reader's language, then who may enter), then the routes; what is
// thrown anywhere becomes a page that says what happened and what cures it.
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { textOf } from '../model/error.ts';
import { guard } from './access.ts';
import type { Facts } from './facts.ts';
import { languageFor } from './language.ts';
import type { Look } from './look.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { bodyRoutes } from './body-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { listRoutes } from './list-routes.ts';
import { readStatic, type StaticName } from './static-files.ts';
import { plainPage } from './views/plain.ts';
import { wordsOf } from './words.ts';

/** What a route finds in its context. */
export interface PageEnv {
  Variables: { look: Look };
}

/** The page as a function from request to response. */
export function pageApp(facts: Facts): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const files = readStatic();
  app.use(async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    const accept = context.req.header('accept-language');
    const words = wordsOf(languageFor(getCookie(context, 'language'), accept));
    const urls = { style: files['page.css'].url, script: files['page.js'].url };
    context.set('look', { words, here: `${pathname}${search}`, static: urls });
    await next();
  });
  app.use(guard());
  app.get('/static/:name', (context) => {
    const name = context.req.param('name');
    if (!Object.hasOwn(files, name)) return context.notFound();
    const { content, type } = files[name as StaticName];
    return context.body(new Uint8Array(content), 200, {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });
  app.post('/preferences', async (context) => {
    const { language, back } = await context.req.parseBody();
    if (language === 'en' || language === 'zh')
      setCookie(context, 'language', language, { path: '/', sameSite: 'Lax', maxAge: 31_536_000 });
    return context.redirect(ownPath(back), 303);
  });
  listRoutes(app, facts);
  messageRoutes(app, facts);
  bodyRoutes(app, facts);
  attachmentRoutes(app, facts);
  app.notFound((context) => {
    const look = context.get('look');
    return context.html(plainPage(look, look.words.notFound, look.words.notFoundText).toString(), 404);
  });
  app.onError((thrown, context) => {
    const look = context.get('look');
    return context.html(plainPage(look, look.words.notFound, textOf(thrown)).toString(), 500);
  });
  return app;
}

/** A place of this page, never of another host: `//host` and `/\host` are such. */
function ownPath(back: unknown): string {
  return typeof back === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(back) ? back : '/';
}
