// The page at its address: opened, and closed without waiting for a browser that keeps its connection.
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { MailError, textOf } from '../model/error.ts';
import { pageApp, type PageParts } from './app.ts';

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
}

/** Opens the page. Throws MailError `config` where the address cannot be had. */
export async function openPage(parts: PageParts, { host, port }: PageOptions): Promise<Page> {
  const app = pageApp(parts);
  const server = createAdaptorServer({ fetch: app.fetch });
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
