// An authorization server of our own (RFC 6749, 7636, 8628): device codes, codes with PKCE, refresh tokens that die when they
// are used, and every kind of trouble on request. It is strict where a real one is: what it does not like it refuses.
import { createHash, randomBytes } from 'node:crypto';
import { createServer as createPlain } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificate, CA_FILE } from './certificates.ts';
import type { CertificateName } from './certificates.ts';
import type { Ending } from './temporary.ts';

/** The answer to one request instead of the right one. */
export type Trouble =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  /** The request is done, and the connection ends without an answer. */
  | 'cut'
  /** Octets without end. */
  | 'huge'
  /** Never a word. */
  | 'silence'
  /** An octet now and then. */
  | 'drip';

export interface ServerOptions {
  /** Seconds that an access token holds; default 3600. */
  readonly lifetime?: number;
  /** Seconds between two questions for a device code; default 5. */
  readonly interval?: number;
  /** Default: none, a public client. */
  readonly secret?: string;
  /** False: a refresh token stays what it is, and no new one comes. */
  readonly rotates?: boolean;
  /** False: no refresh token at all. */
  readonly refreshes?: boolean;
  /** The certificate; null: in clear. Default `good`. */
  readonly tls?: CertificateName | null;
  /** Default: the machine's clock. */
  readonly now?: () => number;
}

/** What `oauth2:` holds in a configuration for this server. */
export interface Keys {
  readonly provider: 'generic';
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly deviceEndpoint: string;
  readonly scope: string;
  readonly ca?: string;
}

const CLIENT = 'client-of-mine';

/** A running server. */
export class AuthorizationServer {
  /** As the configuration names it. */
  readonly keys: Keys;
  /** Forms that the token endpoint got, in order. */
  readonly asked: Readonly<Record<string, string>>[] = [];
  /** One for each coming request to the token or device endpoint; then all is well again. */
  readonly trouble: Trouble[] = [];
  /** What the person answers in a browser. */
  consents: boolean = true;
  /** Called when a token request was obeyed and before it is answered. */
  beforeAnswer: () => Promise<void> = async () => undefined;
  readonly #options: ServerOptions;
  readonly #codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>();
  readonly #devices = new Map<string, Device>();
  readonly #refresh = new Set<string>();
  /** Access tokens and when they end. */
  readonly #access = new Map<string, number>();

  constructor(origin: string, options: ServerOptions) {
    this.#options = options;
    this.keys = {
      provider: 'generic',
      clientId: CLIENT,
      authorizationEndpoint: `${origin}/authorize`,
      tokenEndpoint: `${origin}/token`,
      deviceEndpoint: `${origin}/device`,
      scope: 'mail offline_access',
      ...(options.tls === null ? {} : { ca: options.tls === 'self-signed' ? '/dev/null' : CA_FILE }),
    };
  }

  /** True for an access token that a mail server would take now. */
  holds(token: string): boolean {
    return (this.#access.get(token) ?? 0) > this.#now();
  }

  /** Ends every access token at once; refresh tokens stay. */
  endAccess(): void {
    this.#access.clear();
  }

  /** Ends the sign-in: no token is good any more. */
  revoke(): void {
    this.endAccess();
    this.#refresh.clear();
  }

  /** How many refreshes were asked for. */
  get refreshes(): number {
    return this.asked.filter((form) => form['grant_type'] === 'refresh_token').length;
  }

  /** The one device code that waits: its person answers, or it ends. */
  device(answer: 'allowed' | 'denied' | 'expired' | 'too fast'): void {
    for (const device of this.#devices.values()) device.state = answer;
  }

  /** Issues tokens as after a sign-in. */
  issue(): { access_token: string; refresh_token?: string; token_type: string; expires_in: number } {
    const { lifetime = 3600, refreshes = true } = this.#options;
    const access = `at-${randomBytes(12).toString('hex')}`;
    this.#access.set(access, this.#now() + lifetime * 1000);
    const common = { access_token: access, token_type: 'Bearer', expires_in: lifetime };
    if (!refreshes) return common;
    const refresh = `rt-${randomBytes(12).toString('hex')}`;
    this.#refresh.add(refresh);
    return { ...common, refresh_token: refresh };
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    if (request.method === 'GET' && url.pathname === '/authorize') return this.#authorize(url, response);
    const form = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
    if (request.method !== 'POST') return say(response, 405, {});
    if (url.pathname === '/token') this.asked.push(form);
    const trouble = this.trouble.shift();
    if (trouble !== undefined && trouble !== 'cut') return makeTrouble(response, trouble);
    const [status, said] =
      this.#refused(form) ?? (url.pathname === '/device' ? this.#begin(form) : this.#grant(form));
    await this.beforeAnswer();
    if (trouble === 'cut') return void response.destroy();
    say(response, status, said);
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #refused(form: Form): Said | undefined {
    if (form['client_id'] !== CLIENT) return [401, { error: 'invalid_client' }];
    if (form['client_secret'] !== this.#options.secret) return [401, { error: 'invalid_client' }];
    return undefined;
  }

  /** RFC 6749 §4.1.2: the person's answer, at once. */
  #authorize({ searchParams: asked }: URL, response: ServerResponse): void {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const challenge = asked.get('code_challenge') ?? '';
    const right =
      asked.get('client_id') === CLIENT &&
      asked.get('response_type') === 'code' &&
      asked.get('code_challenge_method') === 'S256' &&
      /^[\w-]{43}$/.test(challenge);
    if (!right) return say(response, 400, { error: 'invalid_request' });
    const code = `code-${randomBytes(12).toString('hex')}`;
    this.#codes.set(code, { challenge, redirectUri });
    if (redirectUri === 'oob') return say(response, 200, { code });
    const back = new URL(redirectUri);
    const fields = this.consents ? { code } : { error: 'access_denied', error_description: 'not\r\nnow' };
    for (const [key, value] of Object.entries({ ...fields, state: asked.get('state') ?? '' }))
      back.searchParams.set(key, value);
    response.writeHead(302, { Location: back.href }).end();
  }

  #begin(form: Form): Said {
    if (form['scope'] !== this.keys.scope) return [400, { error: 'invalid_scope' }];
    const secret = `dc-${randomBytes(12).toString('hex')}`;
    this.#devices.set(secret, { state: 'waiting' });
    return [
      200,
      {
        device_code: secret,
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://example.org/device',
        expires_in: 600,
        interval: this.#options.interval ?? 5,
      },
    ];
  }

  #grant(form: Form): Said {
    const type = form['grant_type'];
    if (type === 'authorization_code') return this.#redeem(form);
    if (type === 'refresh_token') return this.#renew(form['refresh_token'] ?? '');
    if (type === 'urn:ietf:params:oauth:grant-type:device_code') return this.#ask(form['device_code'] ?? '');
    return [400, { error: 'unsupported_grant_type' }];
  }

  #redeem(form: Form): Said {
    const { code = '', code_verifier: verifier = '', redirect_uri: redirectUri } = form;
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (known === undefined || known.challenge !== challenge || known.redirectUri !== redirectUri)
      return [400, { error: 'invalid_grant', error_description: `no such code: ${code}` }];
    return [200, this.issue()];
  }

  #renew(old: string): Said {
    if (!this.#refresh.has(old))
      return [
        400,
        { error: 'invalid_grant', error_description: `Token ${old} has been expired or revoked.` },
      ];
    if (this.#options.rotates === false) {
      const { access_token, token_type, expires_in } = this.issue();
      return [200, { access_token, token_type, expires_in }];
    }
    this.#refresh.delete(old);
    return [200, this.issue()];
  }

  #ask(secret: string): Said {
    const device = this.#devices.get(secret);
    if (device === undefined) return [400, { error: 'invalid_grant' }];
    if (device.state === 'waiting') return [400, { error: 'authorization_pending' }];
    if (device.state === 'denied') return [400, { error: 'access_denied' }];
    if (device.state === 'expired') return [400, { error: 'expired_token' }];
    if (device.state === 'too fast') {
      device.state = 'waiting';
      return [400, { error: 'slow_down' }];
    }
    this.#devices.delete(secret);
    return [200, this.issue()];
  }
}

interface Device {
  state: 'waiting' | 'allowed' | 'denied' | 'expired' | 'too fast';
}
type Form = Readonly<Record<string, string | undefined>>;
type Said = readonly [status: number, said: object];

/** Starts a server on a free port of this machine; it ends with the test. */
export async function startAuthorizationServer(
  test: Ending,
  options: ServerOptions = {},
): Promise<AuthorizationServer> {
  const { tls = 'good' } = options;
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined);
    authority.answer(request, response).catch(() => response.destroy());
  };
  const server = tls === null ? createPlain(listen) : createSecure(certificate(tls), listen);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const authority = new AuthorizationServer(
    tls === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    options,
  );
  test.after(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return authority;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function say(response: ServerResponse, status: number, said: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
}

function makeTrouble(response: ServerResponse, trouble: Exclude<Trouble, 'cut'>): void {
  if (typeof trouble === 'object') {
    response.writeHead(trouble.status, trouble.headers).end(trouble.body);
    return;
  }
  if (trouble === 'silence') return;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (trouble === 'drip') {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
    return;
  }
  const chunk = ' '.repeat(65_536);
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', pour);
  };
  pour();
}
