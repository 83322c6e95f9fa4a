// Attempts on a stage: a small server that shows each of them, raw or made safe, with or without the policy of the page, many
// frames to a page. What a browser does there tells which defence holds by itself.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY } from '../../src/web/policy.ts';
import { safeHtml } from '../../src/web/safe-html.ts';
import type { Ending } from '../support/temporary.ts';

/** What stands between the mail and the reader. */
export interface Defence {
  readonly isMadeSafe: boolean;
  readonly hasPolicy: boolean;
}

/** Frames of one page. */
const TOGETHER = 90;

/** Serves the attempts. Gives the addresses of pages that show all of them. It ends with the test. */
export async function stage(
  test: Ending,
  attempts: readonly string[],
  { isMadeSafe, hasPolicy }: Defence,
): Promise<string[]> {
  const sandbox = hasPolicy ? ' sandbox="allow-popups allow-popups-to-escape-sandbox"' : '';
  const show = (response: ServerResponse, index: number): void => {
    const html = attempts[index] ?? '';
    response.writeHead(200, hasPolicy ? BODY : { 'content-type': 'text/html; charset=utf-8' });
    response.end(isMadeSafe ? safeHtml(html, { image: () => undefined, remote: false }).html : html);
  };
  const server = createServer(({ url = '' }, response) => {
    const [, kind, number] = /^\/(page|frame)\/(\d+)$/.exec(url) ?? [];
    const from = Number(number);
    if (kind === 'frame') return show(response, from);
    if (url === '/settled') return void response.writeHead(200).end();
    if (kind !== 'page') return void response.writeHead(404).end();
    const frames = attempts
      .slice(from, from + TOGETHER)
      .map((_, index) => `<iframe width=90 height=60 src="/frame/${from + index}"${sandbox}></iframe>`);
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(`<!doctype html>${frames.join('')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const pages = Math.ceil(attempts.length / TOGETHER);
  return Array.from({ length: pages }, (_, index) => `http://127.0.0.1:${port}/page/${index * TOGETHER}`);
}
