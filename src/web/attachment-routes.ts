// What is taken out of the archive: an attachment, the message as a file, its source as text. A browser saves the first two
// and shows the third as text; none of it is ever a page.
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import type { PageEnv } from './app.ts';
import { attachmentDisposition } from './disposition.ts';
import type { Facts } from './facts.ts';
import { messageId } from './message-id.ts';
import { ATTACHMENT, SOURCE, type Headers } from './policy.ts';

/** GET /message/:id/attachment/:n (from 1), /message/:id/download, /message/:id/source. */
export function attachmentRoutes(app: Hono<PageEnv>, facts: Facts): void {
  app.get('/message/:id/attachment/:n{[1-9][0-9]{0,5}}', async (context) => {
    const id = messageId(context.req.param('id'));
    const parts = id === undefined ? undefined : await facts.parts(id);
    const n = Number(context.req.param('n'));
    const found = parts?.attachments[n - 1];
    if (found === undefined) return context.notFound();
    return context.body(new Uint8Array(found.content), 200, {
      ...ATTACHMENT,
      'content-type': savedType(found.type),
      'content-disposition': attachmentDisposition(found.name, `attachment-${n}`),
    });
  });
  app.get('/message/:id/download', async (context) => {
    const id = messageId(context.req.param('id'));
    if (id === undefined) return context.notFound();
    const headers = {
      ...ATTACHMENT,
      'content-type': 'message/rfc822',
      'content-disposition': attachmentDisposition(`${id}.eml`, 'message.eml'),
    };
    return streamed(context.req.method, await facts.source(id), headers);
  });
  app.get('/message/:id/source', async (context) => {
    const id = messageId(context.req.param('id'));
    if (id === undefined) return context.notFound();
    return streamed(context.req.method, await facts.source(id), SOURCE);
  });
}

function streamed(
  method: string,
  { bytes, size }: { bytes: Readable; size: number },
  headers: Headers,
): Response {
  // Nobody reads the answer to HEAD: its file would stay open.
  if (method === 'HEAD') bytes.destroy();
  const body = method === 'HEAD' ? null : (Readable.toWeb(bytes) as ReadableStream<Uint8Array>);
  return new Response(body, { headers: { ...headers, 'content-length': String(size) } });
}

/** Types that open a program of the person's choice and that no browser runs; all others are octets. */
const KNOWN =
  /^(?:image\/(?:png|jpeg|gif|webp)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/(?:pdf|zip|msword|vnd\.[\w.+-]+))$/;

function savedType(type: string): string {
  return KNOWN.test(type) && !type.endsWith('xml') ? type : 'application/octet-stream';
}
