// The text parts of a cut message → the text that a person reads, in the order of the message; of alternatives the one that
// says more.
import { decodeBytes } from './charset.ts';
import { LONGEST_TEXT } from './content/content.ts';
import type { CutMessage, TextPart } from './cut-message.ts';
import { htmlText, metaCharset } from './html-text.ts';
import { decodeTransfer } from './transfer.ts';

/** Decodes and joins the text parts. Rejects where a transfer encoding cannot be undone. */
export async function readingText({ parts }: CutMessage): Promise<string> {
  const octets = await decodeTransfer(parts);
  const texts = parts.map((part, index) => partText(part, octets[index] ?? Buffer.alloc(0)));
  const longest = new Map<string, number>();
  for (const [index, { alternative, html }] of parts.entries()) {
    const key = `${alternative} ${html}`;
    longest.set(key, (longest.get(key) ?? 0) + (texts[index]?.length ?? 0));
  }
  return texts
    .filter((_, index) => {
      const { alternative = 0, html = false } = parts[index] ?? {};
      if (alternative === 0) return true;
      const plain = longest.get(`${alternative} false`) ?? 0;
      // A plain text that only says "your program cannot show this message" stands beside a long HTML.
      const isHtmlBetter = (longest.get(`${alternative} true`) ?? 0) > plain * 2;
      return html === isHtmlBetter;
    })
    .join('\n\n')
    .trim();
}

function partText({ html, charset }: TextPart, octets: Buffer): string {
  if (!html) return decodeBytes(octets, charset).replace(/\r\n/g, '\n').trim();
  return htmlText(decodeBytes(octets, charset ?? metaCharset(octets)), LONGEST_TEXT);
}
