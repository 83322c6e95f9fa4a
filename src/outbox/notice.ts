// PURE: the report that a message could not be sent, or is late, as mail servers write one (RFC 3464). It is put into the archive,
// where it is found like any message, and is never mailed to anybody.
import { isUtf8 } from 'node:buffer';
import { cure, type Hint, languagesOf } from '../model/hint.ts';
import { endOf } from './entry.ts';
import { foldAnywhere } from './fold.ts';
import { withCrlf } from './header.ts';
import type { Letter } from './letter.ts';
import { type InChinese, reasonInChinese, reasonText } from './reason.ts';
import { asciiField } from './words.ts';

/** What a report is about, and its surroundings. */
export interface Occasion {
  readonly kind: 'failed' | 'late';
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Our name: a whole host name, or an address literal. */
  readonly host: string;
  /** The header of the message. */
  readonly head: Buffer;
  /** Its name in failed/; null where it is only late. */
  readonly landed: string | null;
  readonly inChinese: InChinese;
}

/** The octets of the report. The letter has a sender and recipients. */
export function noticeOf(letter: Letter, occasion: Occasion): Buffer {
  const { kind, now } = occasion;
  const boundary = `=_${letter.id}.${kind}`;
  const part = (type: string, body: Buffer): Buffer => {
    const encoding = isAscii(body) ? '7bit' : '8bit';
    const head = `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body, Buffer.from('\r\n')]);
  };
  const status = lines(statusOf(letter, occasion, now));
  const head = foldAnywhere(withCrlf(withoutStray(occasion.head)));
  return Buffer.concat([
    foldAnywhere(Buffer.from(headOf(letter, occasion, boundary))),
    part('text/plain; charset=utf-8', lines(textOf(letter, occasion))),
    // RFC 6533 §3 and §5: what is not all ASCII has types of its own.
    part(isAscii(status) ? 'message/delivery-status' : 'message/global-delivery-status', status),
    part(!isAscii(head) && isUtf8(head) ? 'message/global-headers' : 'text/rfc822-headers', head),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function headOf(letter: Letter, { kind, now }: Occasion, boundary: string): string {
  const sender = letter.sender ?? '';
  const domain = sender.slice(sender.lastIndexOf('@') + 1);
  return [
    `From: mailkeep <mailer-daemon@${domain}>`,
    `To: ${sender}`,
    // In Chinese too where the sender is at a Chinese provider, or writes so.
    subjectLine(`${cure(SUBJECTS[kind], domain, letter.file)}: ${letter.file}`),
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${letter.id}.${kind}.${now}@${domain}>`,
    ...(letter.messageId === null ? [] : [`References: ${letter.messageId}`]),
    'Auto-Submitted: auto-generated', // RFC 3834 §5: nobody answers it
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${boundary}"`,
    '',
    '',
  ].join('\r\n');
}

const SUBJECTS: Readonly<Record<Occasion['kind'], Hint>> = {
  failed: { en: 'Not sent', zh: '未能发出' },
  late: { en: 'Not sent yet', zh: '尚未发出' },
};

/** A name of a file may be long, and hold anything. */
function subjectLine(text: string): string {
  const raw = Buffer.from(`Subject: ${text.replace(/[\u0000-\u001f\u007f]/g, '?')}`);
  return (asciiField({ name: 'subject', raw }) ?? raw).toString('latin1').trimEnd();
}

function isAscii(octets: Buffer): boolean {
  return octets.every((octet) => octet < 128);
}

/** A header that was refused for it may hold a NUL, or a CR that ends no line. */
function withoutStray(head: Buffer): Buffer {
  return Buffer.from(head.toString('latin1').replace(/\0|\r(?!\n)/g, '?'), 'latin1');
}

/** Text in lines of CRLF that mail allows (RFC 5322 §2.1.1). */
function lines(text: string): Buffer {
  return foldAnywhere(withCrlf(Buffer.from(text)));
}

function textOf(letter: Letter, { kind, now, landed, inChinese }: Occasion): string {
  if (kind === 'failed') return reasonText(letter, landed ?? letter.file, now, inChinese);
  const waiting = letter.recipients.filter(({ state }) => !SETTLED.includes(state));
  const why = letter.reason ?? waiting.find(({ reply }) => reply !== null)?.reply ?? 'no reason is known';
  const [english, chinese] = letter.hint === null ? [] : languagesOf(letter.hint);
  return `${[
    'This message has not been sent yet. It is tried again by itself; you need not send it again.',
    '（中文说明在后面。）',
    '',
    `File:       ${letter.file}`,
    `Tries:      ${letter.attempts}`,
    `Next try:   ${letter.next === null ? 'when a person releases it' : time(letter.next)}`,
    `Given up:   ${time(endOf(letter))}`,
    '',
    'Why:',
    `  ${why}`,
    '',
    'Still to:',
    ...waiting.map(({ address, reply }) => `  ${address}${reply === null ? '' : `: ${reply}`}`),
    ...(english === undefined ? [] : ['', english]),
    '',
    '中文说明：',
    '  这封邮件还没有发出，会自动重试，不需要再次发送。',
    `  文件：${letter.file}（已试 ${letter.attempts} 次）`,
    `  下次重试：${letter.next === null ? '等您放行之后' : time(letter.next)}`,
    `  如果一直发不出去，将在 ${time(endOf(letter))} 放弃。`,
    ...reasonInChinese(why, inChinese).map((line) => `  ${line}`),
    `  ${chinese ?? '原因见上面 Why 一栏里服务器的答复。'}`,
    '  还没有收到的人：',
    ...waiting.map(({ address }) => `  ${address}`),
  ].join('\n')}\n`;
}

/** RFC 3464 §2.2 and §2.3. */
function statusOf(letter: Letter, { kind, host }: Occasion, now: number): string {
  const wanted = letter.recipients.filter(({ state }) =>
    kind === 'failed' ? state === 'failed' : !SETTLED.includes(state),
  );
  const message = [
    `Reporting-MTA: dns; ${host}`,
    `X-Mailkeep-Id: ${letter.id}`,
    `Arrival-Date: ${date(letter.created)}`,
  ];
  const people = wanted.map(({ address, reply }) =>
    [
      // RFC 6533 §3: an address beyond ASCII has a type of its own.
      `Final-Recipient: ${/^[\x20-\x7e]*$/.test(address) ? 'rfc822' : 'utf-8'}; ${address}`,
      `Action: ${kind === 'failed' ? 'failed' : 'delayed'}`,
      `Status: ${statusCode(reply, kind)}`,
      ...(reply === null
        ? []
        : [`Diagnostic-Code: ${/^\d{3} /.test(reply) ? 'smtp' : 'X-Mailkeep'}; ${oneLine(reply)}`]),
      `Last-Attempt-Date: ${date(now)}`,
      ...(kind === 'late' ? [`Will-Retry-Until: ${date(endOf(letter))}`] : []),
    ].join('\n'),
  );
  return `${[message.join('\n'), ...people].join('\n\n')}\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

/** RFC 3463 §2: the class says whether it is for good. */
function statusCode(reply: string | null, kind: Occasion['kind']): string {
  const own = kind === 'failed' ? '5' : '4';
  const [, found] = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(reply ?? '') ?? [];
  return found !== undefined && found.startsWith(own) ? found : `${own}.0.0`;
}

const SETTLED: readonly string[] = ['sent', 'failed', 'cancelled'];

function date(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
