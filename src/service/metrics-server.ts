// Serves the metrics over HTTP to whoever may connect: one page, read only, without a secret in it; made anew for each scrape.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../config/accounts.ts';
import { textOf } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';
import { isOwnHost } from '../runtime/own-host.ts';
import { exposition, EXPOSITION_TYPE, type Family } from './exposition.ts';

/** Where it listens, what it serves, and whom it tells. */
export interface MetricsParts {
  readonly listen: { readonly host: string; readonly port: number };
  readonly families: () => Promise<readonly Family[]>;
  readonly log: Pick<Log, 'error' | 'info' | 'warn'>;
}

/** A listener that serves. */
export interface MetricsServer {
  readonly port: number;
  /** Ends it and all its connections. */
  close(): void;
}

/** Listens. Undefined, and an error in the log, where that cannot be: mail is kept all the same. */
export async function serveMetrics(parts: MetricsParts): Promise<MetricsServer | undefined> {
  const { listen, log } = parts;
  const where = `${listen.host}:${listen.port}`;
  const server = createServer((request, response) => void answer(request, response, parts));
  server.maxConnections = 64;
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 75_000; // longer than the usual minute between two scrapes
  try {
    const port = await listening(server, listen);
    server.on('error', (error) => log.warn(`metrics at ${where}: ${textOf(error)}`));
    log.info('metrics are served', { at: `http://${listen.host}:${port}/metrics` });
    return {
      port,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  } catch (thrown) {
    log.error(`metrics cannot be served at ${where}: ${textOf(thrown)}`, {
      hint: 'Another program may listen there: choose another `metrics.listen`.',
    });
    return undefined;
  }
}

function listening(server: Server, { host, port }: MetricsParts['listen']): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { families, listen, log }: MetricsParts,
): Promise<void> {
  const say = (code: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
    const about = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers };
    response.writeHead(code, {
      'Content-Type': 'text/plain; charset=utf-8',
      ...about,
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  // Beyond this machine whoever reaches it may read it, by whatever name; on it a page of the web must not, by one of its own.
  if (isLoopback(listen.host) && !isOwnHost(request.headers.host, [listen.host, hostname()]))
    return say(421, 'Not a name of this machine\n');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return say(405, 'Only GET\n', { Allow: 'GET, HEAD' });
  if (request.url?.split('?')[0] !== '/metrics') return say(404, 'Only /metrics\n');
  try {
    say(200, exposition(await families()), { 'Content-Type': EXPOSITION_TYPE });
  } catch (thrown) {
    log.warn(`metrics cannot be gathered: ${textOf(thrown)}`);
    say(503, 'The figures cannot be gathered now\n');
  }
}
