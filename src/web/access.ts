// Who may enter. Before any route: the request must name us and come from our own pages; where there is a password, from
// somebody who gave it; and a form must be one of ours. With every answer goes a policy.
import { isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../runtime/log.ts';
import { isOwnHost } from '../runtime/own-host.ts';
import type { PageEnv } from './app.ts';
import { LoginPace } from './login-pace.ts';
import { objection } from './objection.ts';
import { refuseOtherUsers } from './other-users.ts';
import { ownPath } from './own-path.ts';
import type { PasswordCheck } from './password.ts';
import { PAGE } from './policy.ts';
import { Sessions } from './sessions.ts';
import { loginPage } from './views/login.ts';
import { accessWords, type AccessWords } from './words/access.ts';

/** What the door needs. */
export interface Access {
  /** Absent: the user under whom it runs may enter, and root; no other user of this machine. */
  readonly password: PasswordCheck | undefined;
  /** Origin of a proxy before the page, such as `https://mail.example.org`. */
  readonly address: string | undefined;
  /** Names of this machine by which it may be asked, beside its addresses and `localhost`. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

type PageContext = Context<PageEnv>;

/** Octets of a form at most. */
const LARGEST_FORM = 65_536;

/** Puts the door before all routes that are added to `app` after it. */
export function protect(app: Hono<PageEnv>, access: Access): void {
  const sessions = new Sessions(access.clock);
  app.use(withPolicy());
  app.use(bodyLimit({ maxSize: LARGEST_FORM, onError: (context) => context.text('413', 413) }));
  app.use(refuseStrangers(access));
  if (access.password === undefined) app.use(refuseOtherUsers(access.log));
  app.use(refuseTheUnknown(access, sessions));
  if (access.password !== undefined) loginRoutes(app, access, access.password, sessions);
}

/** Puts the policy of the page on every answer that has none of its own. */
function withPolicy(): MiddlewareHandler<PageEnv> {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(PAGE))
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  };
}

function refuseStrangers({ address, names }: Access): MiddlewareHandler<PageEnv> {
  const proxy = address === undefined ? undefined : new URL(address);
  const ours = proxy === undefined ? names : [...names, proxy.hostname];
  return async (context, next) => {
    const { method = '', url: target = '' } = incoming(context);
    const header = (name: string): string | undefined => context.req.header(name);
    const host = header('host');
    const refused = objection({
      method,
      target,
      isOwnHost: isOwnHost(host, ours),
      origin: header('origin'),
      // A proxy may hand on the Host that was asked for, or name us by the address that it asks.
      origins: [
        ...(proxy === undefined ? [] : [proxy.origin]),
        ...(host === proxy?.host ? [] : [`http://${host}`, `https://${host}`]),
      ],
      site: header('sec-fetch-site'),
      mode: header('sec-fetch-mode'),
      dest: header('sec-fetch-dest'),
    });
    if (refused === undefined) return next();
    const allow = refused.why === 'method' ? { allow: 'GET, HEAD, POST' } : {};
    return context.text(`${wordsFor(context).objections[refused.why]}\n`, refused.status, allow);
  };
}

function refuseTheUnknown({ password, address }: Access, sessions: Sessions): MiddlewareHandler<PageEnv> {
  const name = cookieName(address);
  return async (context, next) => {
    const word = password === undefined ? '' : (getCookie(context, name) ?? '');
    const signedIn = word !== '' && sessions.has(word);
    const session = signedIn ? word : '';
    context.set('isIn', () => password === undefined || sessions.isOpen(session));
    context.set('look', { ...context.get('look'), csrf: sessions.formWord(session), signedIn });
    const { path, method } = context.req;
    if (password !== undefined && !signedIn && path !== '/login' && !path.startsWith('/static/'))
      return toTheDoor(context);
    if (method === 'POST' && !sessions.isFormWord(session, await formWordOf(context)))
      return context.text(`${wordsFor(context).form}\n`, 403);
    return next();
  };
}

/** A person is led to the form; what a page fetches is told that it may not. */
function toTheDoor(context: PageContext): Response {
  const isPage = ['document', undefined].includes(context.req.header('sec-fetch-dest'));
  if (context.req.method === 'POST' || !isPage) return context.text(`${wordsFor(context).signIn}\n`, 401);
  const back = ownPath(context.get('look').here);
  return context.redirect(back === '/' ? '/login' : `/login?back=${encodeURIComponent(back)}`, 303);
}

async function formWordOf(context: PageContext): Promise<string> {
  const header = context.req.header('x-csrf-token');
  if (header !== undefined) return header;
  const { csrf } = await context.req.parseBody().catch(() => ({ csrf: undefined }));
  return typeof csrf === 'string' ? csrf : '';
}

function loginRoutes(app: Hono<PageEnv>, access: Access, check: PasswordCheck, sessions: Sessions): void {
  const pace = new LoginPace();
  const { clock, log, address } = access;
  const secure = address?.startsWith('https:') === true;
  const name = cookieName(address);
  const cookie = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const;
  const form = (context: PageContext, back: string, said: string | null, status: 200 | 401 | 429) =>
    context.html(loginPage(context.get('look'), back, said).toString(), status);

  app.get('/login', (context) => {
    const back = ownPath(context.req.query('back'));
    return context.get('look').signedIn ? context.redirect(back, 303) : form(context, back, null, 200);
  });

  app.post('/login', async (context) => {
    const fields = await context.req.parseBody();
    const back = ownPath(fields['back']);
    const words = wordsFor(context);
    const peer = peerOf(context, address);
    const wait = Math.ceil(pace.wait(peer, clock.now()) / 1000);
    if (wait > 0) {
      context.header('retry-after', String(wait));
      return form(context, back, words.wait(wait), 429);
    }
    // Counted before it is compared: many at once are not free either.
    pace.failed(peer, clock.now());
    const said = fields['password'];
    const isRight = await check(typeof said === 'string' ? said : '');
    if (isRight === undefined) return form(context, back, words.busy, 429);
    if (!isRight) {
      log.warn('page: a wrong password', { from: peer });
      return form(context, back, words.wrong, 401);
    }
    pace.passed(peer);
    setCookie(context, name, sessions.begin(), cookie);
    return context.redirect(back, 303);
  });

  app.post('/logout', (context) => {
    sessions.end(getCookie(context, name) ?? '');
    deleteCookie(context, name, cookie);
    return context.redirect('/login', 303);
  });
}

/** With TLS, the prefix keeps another service on this host from setting it (cookie name prefixes). */
function cookieName(address: string | undefined): string {
  return address?.startsWith('https:') === true ? '__Host-mailkeep' : 'mailkeep';
}

/** Who asks; behind a proxy on this machine, whom the proxy names. */
function peerOf(context: PageContext, address: string | undefined): string {
  const peer = incoming(context).socket.remoteAddress ?? '';
  if (address === undefined || !/^(?:::ffff:)?127\.|^::1$/.test(peer)) return peer;
  const named = context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return isIP(named) === 0 ? peer : named;
}

function wordsFor(context: PageContext): AccessWords {
  return accessWords[context.get('look').words.language];
}

function incoming(context: PageContext): HttpBindings['incoming'] {
  return (context.env as HttpBindings).incoming;
}
