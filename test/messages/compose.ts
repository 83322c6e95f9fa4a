// A message from its parts, the way mail programs build them: header, body, attachments, nested parts. The same input
// gives the same octets for ever; everything is latin1 text, one character an octet, until the end.
import type { Charset } from './charset.ts';
import { encodeText } from './charset.ts';
import { base64Lines, parameter, quotedPrintable, words } from './transfer.ts';

/** A body part: its own header fields, and its content as it will be sent. */
export interface Part {
  readonly fields: readonly (readonly [string, string])[];
  readonly content: string;
}

/** How a text part is written. */
export interface TextOptions {
  readonly charset?: Charset;
  readonly encoding?: '7bit' | '8bit' | 'quoted-printable' | 'base64';
  readonly subtype?: 'plain' | 'html' | 'calendar';
  /** More parameters of Content-Type, e.g. `; format=flowed`. */
  readonly parameters?: string;
  /** What Content-Type claims, where it is not the truth. */
  readonly label?: string;
}

/** A text part. Line ends in `content` may be LF; they become CRLF. */
export function text(content: string, options: TextOptions = {}): Part {
  const { charset = 'utf-8', encoding = 'quoted-printable', subtype = 'plain' } = options;
  const octets = encodeText(content.replace(/\r?\n/g, '\r\n'), charset);
  const label = options.label ?? charset;
  return {
    fields: [
      ['Content-Type', `text/${subtype}; charset=${label}${options.parameters ?? ''}`],
      ['Content-Transfer-Encoding', encoding],
    ],
    content:
      encoding === 'base64'
        ? base64Lines(octets)
        : encoding === 'quoted-printable'
          ? quotedPrintable(octets)
          : octets.toString('latin1'),
  };
}

/** How an attachment's name is written: by RFC 2231, in several pieces of it, or as encoded words inside quotes. */
export type Naming = 'rfc2231' | 'pieces' | 'words' | 'gbk-words';

/** An attached file, in base64. */
export function attachment(name: string, type: string, octets: Buffer, naming: Naming = 'rfc2231'): Part {
  const named = (key: string): string => {
    if (naming === 'rfc2231') return parameter(key, name);
    if (naming === 'pieces') return parameter(key, name, 'utf-8', 3);
    return `${key}="${words(name, naming === 'words' ? 'utf-8' : 'gbk')}"`;
  };
  return {
    fields: [
      ['Content-Type', `${type};\r\n ${named('name')}`],
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-Disposition', `attachment;\r\n ${named('filename')}`],
    ],
    content: base64Lines(octets),
  };
}

/** A picture that the HTML beside it shows by `cid:<id>`. */
export function inline(id: string, type: string, octets: Buffer): Part {
  return {
    fields: [
      ['Content-Type', type],
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-ID', `<${id}>`],
      ['Content-Disposition', 'inline'],
    ],
    content: base64Lines(octets),
  };
}

/** A whole message inside another (RFC 2046 §5.2.1). */
export function nested(message: Buffer): Part {
  return { fields: [['Content-Type', 'message/rfc822']], content: message.toString('latin1') };
}

/** Several parts as one. The boundary is made from `seed`, which must be new within a message. */
export function multipart(
  kind: 'mixed' | 'alternative' | 'related',
  seed: string,
  parts: readonly Part[],
): Part {
  const boundary = `=_keep-${kind}-${seed}`;
  const inner = parts.map((part) => `--${boundary}\r\n${written(part)}\r\n`).join('');
  return {
    fields: [['Content-Type', `multipart/${kind};\r\n boundary="${boundary}"`]],
    content: `${inner}--${boundary}--\r\n`,
  };
}

function written(part: Part): string {
  return `${part.fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${part.content}`;
}

/** A message's header and body. What is null is left out of the header. */
export interface Letter {
  /** `2021-03-02T09:05:00+08:00`: written with that very offset. */
  readonly date: string | null;
  /** `王小明 <wang@mail.test>`; the name is encoded. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  /** Readable; encoded unless `rawSubject` says how. */
  readonly subject: string | null;
  /** The subject's very octets as latin1. */
  readonly rawSubject?: string;
  /** With angle brackets. */
  readonly messageId: string | null;
  /** Oldest first; the last one is In-Reply-To too. */
  readonly references?: readonly string[];
  /** Further fields, before MIME-Version. */
  readonly fields?: readonly (readonly [string, string])[];
  readonly body: Part;
}

/** The raw octets of a letter. */
export function compose(letter: Letter): Buffer {
  const { references = [], cc = [] } = letter;
  const subject = letter.rawSubject ?? (letter.subject === null ? null : words(letter.subject));
  const fields: readonly (readonly [string, string | null | undefined])[] = [
    ['Date', letter.date === null ? null : dateField(letter.date)],
    ['From', address(letter.from)],
    ['To', letter.to.map(address).join(',\r\n ')],
    ['Cc', cc.length === 0 ? null : cc.map(address).join(',\r\n ')],
    ['Subject', subject],
    ['Message-ID', letter.messageId],
    ['In-Reply-To', references.at(-1)],
    ['References', references.length === 0 ? null : references.join('\r\n ')],
    ...(letter.fields ?? []),
    ['MIME-Version', '1.0'],
  ];
  const kept = fields.flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, value]],
  );
  return Buffer.from(
    written({ fields: [...kept, ...letter.body.fields], content: letter.body.content }),
    'latin1',
  );
}

/** `王小明 <wang@mail.test>` with its name in encoded words. */
function address(readable: string): string {
  const [, name, rest] = /^(.*?) (<.*>)$/.exec(readable) ?? [];
  return name === undefined || rest === undefined ? readable : `${words(name)} ${rest}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Tue, 02 Mar 2021 09:05:00 +0800` (RFC 5322 §3.3). */
function dateField(iso: string): string {
  const [, year = '', month = '', day = '', time = '', zone = ''] =
    /^(\d{4})-(\d\d)-(\d\d)T([\d:]{8})([+-]\d\d:\d\d)$/.exec(iso) ?? [];
  const weekday = DAYS[new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay()];
  return `${weekday}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${time} ${zone.replace(':', '')}`;
}
