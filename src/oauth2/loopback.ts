// Where the browser comes back to (RFC 8252 §7.3): a listener on this machine alone, for one answer, which it shows as a
// plain page. Whatever does not belong to the sign-in is turned away and changes nothing.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MailError, textOf } from '../model/error.ts';

/** A listener. */
export interface Loopback {
  /** The redirect address with its port. */
  readonly redirectUri: string;
  /** `heard` is given each whole address asked for, and tells what to show; undefined: it does not belong here. */
  listen(heard: (address: string) => string | undefined): void;
  close(): Promise<void>;
}

/** True for a redirect address that this machine can listen at. */
export function isLoopback(redirect: string): boolean {
  return URL.canParse(redirect) && new URL(redirect).protocol === 'http:';
}

/** Listens at `redirect`, on a free port where it names none. Throws MailError `config` where the port is taken. */
export async function openLoopback(redirect: string): Promise<Loopback> {
  const wanted = new URL(redirect);
  let heard: (address: string) => string | undefined = () => undefined;
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, response) => {
    const address = new URL(wanted);
    address.port = String((server.address() as AddressInfo).port);
    answer(request, response, address, heard);
  });
  server.maxConnections = 20;
  const host = wanted.hostname === '[::1]' ? '::1' : '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown) => reject(cannotListen(redirect, thrown)));
    server.listen(Number(wanted.port || '0'), host, resolve);
  });
  wanted.port = String((server.address() as AddressInfo).port);
  return {
    redirectUri: wanted.href,
    listen: (to) => {
      heard = to;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // A browser may keep a connection open for long.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  base: URL,
  heard: (address: string) => string | undefined,
): void {
  const path = request.url ?? '/';
  const asked = request.method === 'GET' && path.startsWith('/') ? new URL(base.origin + path) : undefined;
  const text = asked?.pathname === base.pathname ? heard(asked.href) : undefined;
  response.writeHead(text === undefined ? 404 : 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer', // the address holds the code
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  response.end(page(text ?? 'This page belongs to no sign-in that is under way.'));
}

function page(text: string): string {
  return `<!doctype html><html lang="en"><title>mailkeep</title><body style="font:1.1em sans-serif;margin:3em"><p>${text}</p></body></html>\n`;
}

function cannotListen(redirect: string, cause: unknown): MailError {
  return new MailError({
    kind: 'config',
    retry: 'never',
    message: `nobody can listen at ${redirect}: ${textOf(cause)}`,
    hint: 'Register another redirect address at the provider and name it by oauth2.redirectUri, or end the program that has the port',
    cause,
  });
}
