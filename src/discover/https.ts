// One small file over HTTPS: TLS verified, few redirects and none to plain HTTP, size and time bounded.
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { RequestOptions } from 'node:https';
import { version } from '../runtime/version.ts';

/** Octets of a file. */
const MOST = 262_144;
const REDIRECTS = 3;

/** How a server is reached; Node's own way where nothing is said. */
export type Reaching = Pick<RequestOptions, 'createConnection'>;

/** The text at `url`; undefined where there is none, whatever the reason: it is one place of several to look at. */
export async function fetched(url: URL, signal: AbortSignal, by: Reaching): Promise<string | undefined> {
  let here = url;
  for (let hop = 0; hop <= REDIRECTS && here.protocol === 'https:'; hop++) {
    const response = await answered(here, signal, by).catch(() => undefined);
    const { statusCode = 0, headers } = response ?? { headers: {} };
    if (statusCode === 200) return await bodyOf(response);
    response?.destroy();
    if (statusCode < 301 || statusCode > 308 || headers.location === undefined) return undefined;
    if (!URL.canParse(headers.location, here.href)) return undefined;
    here = new URL(headers.location, here);
  }
  return undefined;
}

function answered(url: URL, signal: AbortSignal, by: Reaching): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Node asks `createConnection` only where there is no agent; without it, none keeps the connection for later.
    const way = by.createConnection === undefined ? { agent: false } : by;
    const headers = { Accept: 'text/xml, application/xml', 'User-Agent': `mailkeep/${version()}` };
    https.get(url, { ...way, signal, headers, minVersion: 'TLSv1.2' }, resolve).on('error', reject);
  });
}

async function bodyOf(response: IncomingMessage | undefined): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response ?? []) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MOST) return undefined;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
