// PURE: the header block of a message part → what the index does with its body: read it as text, look into it, or only
// note its name. Headers lie and lack; what is unclear is read as text.
import type { Fields } from './headers.ts';
import type { Parameterised } from './parameters.ts';

/** What a part is, by its headers. */
export type PartKind =
  | {
      readonly kind: 'multipart';
      readonly boundary: Buffer;
      readonly alternative: boolean;
      readonly digest: boolean;
    }
  | { readonly kind: 'message' }
  | { readonly kind: 'text'; readonly html: boolean; readonly charset: string | null }
  | { readonly kind: 'other' };

/** A part's headers, read. */
export interface PartFacts {
  readonly is: PartKind;
  /** The transfer encoding that has to be undone; `none` for 7bit, 8bit, binary and what nobody knows. */
  readonly encoding: 'base64' | 'quoted-printable' | 'none';
  /** Listed among the attachments. */
  readonly attached: boolean;
  readonly name: string;
  /** `type/subtype` in lower case. */
  readonly type: string;
  /** As declared, or null. */
  readonly charset: string | null;
}

/** Reads a part's headers. `digest`: it stands in a multipart/digest, where the default type is another. */
export function partFacts(fields: Fields, digest: boolean): PartFacts {
  const content = fields.parameters('content-type');
  const disposition = fields.parameters('content-disposition');
  const type = typeOf(content, digest);
  const name = disposition.params.get('filename') ?? content.params.get('name') ?? '';
  const isApart = disposition.value === 'attachment' || DOCUMENT.test(name);
  const is = kindOf(type, content, isApart);
  const attached =
    is.kind === 'other' || (is.kind !== 'multipart' && (disposition.value === 'attachment' || name !== ''));
  const charset = content.params.get('charset') ?? null;
  return { is, encoding: encodingOf(fields), attached, name, type, charset };
}

function typeOf({ value }: Parameterised, digest: boolean): string {
  // RFC 2046 §5.1.5: a part of a digest without a type is a message. Elsewhere, and for nonsense, plain text (M-027).
  if (value === '') return digest ? 'message/rfc822' : 'text/plain';
  return /^[^\s/]+\/[^\s/]+$/.test(value) ? value : 'text/plain';
}

/** `isApart`: whatever text it holds is not the message's own. */
function kindOf(type: string, { params }: Parameterised, isApart: boolean): PartKind {
  const charset = params.get('charset') ?? null;
  if (type.startsWith('multipart/')) {
    const boundary = (params.get('boundary') ?? '').trimEnd();
    // Without its boundary it is the text that it holds.
    if (boundary === '') return { kind: 'text', html: false, charset };
    return {
      kind: 'multipart',
      boundary: Buffer.from(boundary, 'latin1'),
      alternative: type === 'multipart/alternative',
      digest: type === 'multipart/digest',
    };
  }
  if (type === 'message/rfc822' || type === 'message/global') return { kind: 'message' };
  if (isApart) return { kind: 'other' };
  if (type === 'text/html' || type === 'application/xhtml+xml') return { kind: 'text', html: true, charset };
  if (type.startsWith('text/') && !NOT_READABLE.has(type)) return { kind: 'text', html: false, charset };
  return REPORTS.has(type) ? { kind: 'text', html: false, charset } : { kind: 'other' };
}

/** Names of files that are no plain text, whatever their type says. */
const DOCUMENT = /\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|zip|rtf|ics|vcf|eml)\s*$/i;

/** Texts that are not for reading as they stand. */
const NOT_READABLE: ReadonlySet<string> = new Set([
  'text/rtf',
  'text/richtext',
  'text/css',
  'text/javascript',
  'text/calendar',
  'text/x-vcalendar',
  'text/vcard',
  'text/x-vcard',
  'text/directory',
]);

/** Parts of delivery and reading reports that are text by nature. */
const REPORTS: ReadonlySet<string> = new Set([
  'message/delivery-status',
  'message/disposition-notification',
  'message/global-delivery-status',
  'message/global-headers',
  'message/partial',
]);

function encodingOf(fields: Fields): PartFacts['encoding'] {
  const value = fields.raw('content-transfer-encoding').toLowerCase();
  if (value.includes('base64')) return 'base64';
  return value.includes('quoted') ? 'quoted-printable' : 'none';
}
