// The page at its address: opened, and closed without waiting for a browser that keeps its connection.
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Secret } from '../model/account.ts';
import { MailError, textOf } from '../model/error.ts';
import { pageApp, type PageParts } from './app.ts';
import { passwordCheck } from './password.ts';
import { keepRoom } from './room.ts';

/** The open page. */
export interface Page {
  /** `http://127.0.0.1:8025/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Where to listen; port 0 is any free one. */
export interface PageOptions {
  readonly host: string;
  readonly port: number;
  /** Asked of everybody. Absent: of nobody, which only loopback may be. */
  readonly password?: Secret | undefined;
  /** Origin of a proxy before the page, such as `https://mail.example.org`. */
  readonly address?: string | undefined;
}

/**
 * Nobody takes long over a request, holds many lines open, or says more than a query needs. Milliseconds and octets. An answer
 * may take as long as it likes: the figures come as they change.
 */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2000,
};
const MOST_CONNECTIONS = 256;

/** Opens the page. Throws MailError `config` where the address or the password cannot be had. */
export async function openPage(parts: PageParts, options: PageOptions): Promise<Page> {
  const { host, port, password, address } = options;
  if (password === undefined && !isLoopback(host)) throw unprotected(host, port);
  if (!isLoopback(host) && address === undefined)
    parts.log.warn(
      `the page at ${host}:${port} is without TLS: whoever is on the way can read it, password and all`,
    );
  const app = pageApp(parts, {
    password: password && (await passwordCheck(password)),
    address,
    names: isIP(host) === 0 ? [host] : [],
  });
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: LIMITS });
  keepRoom(server, MOST_CONNECTIONS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown: NodeJS.ErrnoException) => reject(cannotListen(host, port, thrown)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function unprotected(host: string, port: number): MailError {
  return new MailError({
    kind: 'config',
    message: `the page at ${host}:${port} could be reached from other machines, and has no password`,
    retry: 'never',
    hint: 'Set web.password in the configuration, or let it listen on 127.0.0.1.',
  });
}

function cannotListen(host: string, port: number, thrown: NodeJS.ErrnoException): MailError {
  const taken = thrown.code === 'EADDRINUSE';
  return new MailError({
    kind: 'config',
    message: `the page cannot listen at ${host}:${port}: ${taken ? 'another program has this port' : textOf(thrown)}`,
    retry: 'never',
    hint: taken
      ? 'Give it another port: `web: { listen: 127.0.0.1:8026 }`, or `mailkeep web --listen 127.0.0.1:8026`.'
      : undefined,
    cause: thrown,
  });
}
