// Requests → pages. First what every response needs (the reader's language, then who may enter), then the routes; what is
// thrown anywhere becomes a page that says what happened and what cures it.
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../model/clock.ts';
import { MailError, textOf } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';
import { version } from '../runtime/version.ts';
import { protect, type Access } from './access.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { bodyRoutes } from './body-routes.ts';
import type { Facts } from './facts.ts';
import { languageFor } from './language.ts';
import { listRoutes } from './list-routes.ts';
import type { Look, Theme } from './look.ts';
import { html } from './markup.ts';
import { messageRoutes } from './message-routes.ts';
import { outboxRoutes } from './outbox-routes.ts';
import { ownPath } from './own-path.ts';
import { readStatic, type StaticName } from './static-files.ts';
import { statusRoutes } from './status-routes.ts';
import { troublePage } from './trouble-page.ts';
import { plainPage } from './views/plain.ts';
import { wordsOf } from './words.ts';

/** What a route finds in its context. */
export interface PageEnv {
  Variables: {
    look: Look;
    /** Whether whoever asked may still be here: for an answer that goes on. */
    isIn: () => boolean;
  };
}

/** What the page works with. */
export interface PageParts {
  readonly facts: Facts;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

/** The page as a function from request to response, behind its door. */
export function pageApp(
  { facts, clock, log }: PageParts,
  entry: Pick<Access, 'password' | 'address' | 'names'>,
): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const files = readStatic();
  const urls = { style: files['page.css'].url, script: files['page.js'].url, icon: files['icon.svg'].url };
  app.use(async (context, next) => {
    context.set('look', { ...lookOf(context), files: urls, now: clock.now(), version: version(), ...NOBODY });
    await next();
  });
  protect(app, { ...entry, clock, log });
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
    const { language, theme, back } = await context.req.parseBody();
    if (language === 'en' || language === 'zh') keep(context, 'language', language);
    if (theme === 'auto' || theme === 'light' || theme === 'dark') keep(context, 'theme', theme);
    return context.redirect(ownPath(back), 303);
  });
  listRoutes(app, facts);
  messageRoutes(app, facts);
  bodyRoutes(app, facts);
  attachmentRoutes(app, facts);
  statusRoutes(app, facts, clock);
  outboxRoutes(app, facts);
  app.notFound((context) => {
    const look = context.get('look');
    const { notFound, notFoundText } = look.words.frame;
    return context.html(plainPage(look, notFound, html`<p>${notFoundText}</p>`).toString(), 404);
  });
  app.onError((thrown, context) => {
    // Whoever hangs up in the middle of a form is no error of ours, and nobody hears the answer.
    const { incoming } = context.env as HttpBindings;
    const isLeft = incoming.destroyed && !incoming.complete;
    if (!(thrown instanceof MailError) && !isLeft)
      log.error(`the page: ${textOf(thrown)}`, { path: context.req.path });
    const { page, status } = troublePage(context.get('look'), thrown);
    if (status === 503) context.header('retry-after', '5');
    return context.html(page.toString(), status);
  });
  return app;
}

/** Until the door knows better. */
const NOBODY = { csrf: '', signedIn: false } as const;

/** What the request says of its reader. */
function lookOf(context: Context<PageEnv>): Pick<Look, 'words' | 'theme' | 'here'> {
  const { pathname, search } = new URL(context.req.url);
  const language = languageFor(getCookie(context, 'language'), context.req.header('accept-language'));
  const theme = getCookie(context, 'theme');
  return { words: wordsOf(language), theme: isTheme(theme) ? theme : 'auto', here: `${pathname}${search}` };
}

function isTheme(text: string | undefined): text is Theme {
  return text === 'auto' || text === 'light' || text === 'dark';
}

/** A choice that lasts a year. */
function keep(context: Context<PageEnv>, name: string, value: string): void {
  setCookie(context, name, value, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: 31_536_000 });
}
