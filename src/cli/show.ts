// `mailkeep show`: one message, as a person reads it or as the bytes that it is. Whatever is meant for reading has lost its
// control characters; only --raw and --attachment write what the sender wrote, and not to a terminal.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { Archive } from '../archive/store.ts';
import { closeIndex, openIndex } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import type { Hit } from '../search/hit.ts';
import type { Language } from '../web/language.ts';
import { resolveId, search } from '../search/search.ts';
import { languageOf } from './locale.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { attachmentsOf, htmlOf, mustExist, openMessage, readHeaders } from '../read/open-message.ts';
import type { OpenMessage } from '../read/open-message.ts';
import { attachmentLines, headerLines, placeLines } from './show-lines.ts';
import { paintFor, PLAIN, safeText } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { systemReason } from '../runtime/storage-error.ts';

interface ShowFlags {
  readonly raw?: boolean;
  readonly headers?: boolean;
  readonly text?: boolean;
  readonly html?: boolean;
  readonly attachment?: number;
  readonly output?: string;
}

/** Adds `show`. */
export function register(program: Command, frame: Frame): void {
  const only = (flags: string, text: string): Option => {
    const option = new Option(flags, text);
    const others = ['raw', 'headers', 'text', 'html', 'attachment'];
    return option.conflicts(others.filter((name) => name !== option.attributeName()));
  };
  program
    .command('show')
    .description('show one message: headers, text, attachments, and where it lies')
    .argument('<id>', 'its id, or the first 8 or more digits of it')
    .addOption(only('--raw', 'the exact bytes'))
    .addOption(only('--headers', 'its header lines'))
    .addOption(only('--text', 'its text alone'))
    .addOption(only('--html', 'its HTML, as sent: do not open it in a browser that is online'))
    .addOption(only('--attachment <n>', 'the bytes of its nth attachment').argParser(ordinal))
    .option('--output <file>', 'write to a new file instead of standard output')
    .addHelpText(
      'after',
      example('mailkeep show 3f9a1c2e', 'mailkeep show 3f9a1c2e --attachment 1 --output invoice.pdf'),
    )
    .action((id: string, flags: ShowFlags) => run(id, flags, frame));
}

function ordinal(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('must be 1 or more.');
  return Number(text);
}

async function run(id: string, flags: ShowFlags, frame: Frame): Promise<void> {
  const { data } = await frame.config();
  const hit = found(data, id);
  const archive = await Archive.open(data);
  const file = archive.absolute(hit.path);
  await mustExist(file);
  if (flags.raw === true || flags.attachment !== undefined) mayWriteBytes(flags, frame);
  if (flags.raw === true) return writeRaw(archive.createReadStream(hit.path), flags, frame);
  if (flags.attachment !== undefined) {
    const parts = await attachmentsOf(file, hit);
    const part = parts[flags.attachment - 1];
    if (part === undefined) throw noAttachment(flags.attachment, parts.length);
    return writeBytes([part.content], flags, frame);
  }
  if (flags.headers === true)
    return writeText('headers', safeText(await readHeaders(file)), hit, flags, frame);
  if (flags.html === true) return writeText('html', safeText(await htmlOf(file, hit)), hit, flags, frame);
  const message = await openMessage(archive, hit);
  if (flags.text === true) return writeText('text', safeText(message.text), hit, flags, frame);
  if (frame.json && flags.output === undefined) return frame.document(documentOf(message));
  const paint = flags.output === undefined ? paintFor(frame) : PLAIN;
  return writeText('text', readable(message, paint, languageOf(frame.around.env)), hit, flags, frame);
}

function found(data: string, prefix: string): Hit {
  const db = openIndex(data, 'read');
  try {
    const id = resolveId(db, prefix);
    const [hit] = search(db, `id:${id}`, { now: 0, limit: 1 }).hits;
    if (hit === undefined) throw new Error(`message ${id} has left the index`);
    return hit;
  } finally {
    closeIndex(db);
  }
}

function noAttachment(wanted: number, has: number): MailError {
  const message = has === 0 ? 'this message has no attachments' : `there is no attachment ${wanted}`;
  const hint = has === 0 ? undefined : `It has ${has}; \`mailkeep show\` without options lists them.`;
  return new MailError({ kind: 'usage', message, retry: 'never', hint });
}

function documentOf({ hit, cc, bcc, messageId, text, partly, attachments, file }: OpenMessage): object {
  const { id, date, from, to, subject, size, path, locations } = hit;
  const parts = attachments.map(({ name, type, size }, index) => ({ number: index + 1, name, type, size }));
  const head = { id, date, from, to, cc, bcc, subject, messageId, size };
  return { ...head, path, file, locations, attachments: parts, text, partly };
}

function readable(message: OpenMessage, paint: Paint, language: Language): string {
  return [
    ...headerLines(message, paint, language),
    '',
    safeText(message.text),
    '',
    ...attachmentLines(message, paint, language),
    ...placeLines(message, paint, language),
  ].join('\n');
}

/** The exact bytes, but for a person at a terminal: there, what could steer it is taken out. */
async function writeRaw(bytes: AsyncIterable<Buffer>, flags: ShowFlags, frame: Frame): Promise<void> {
  if (!frame.terminal.out || flags.output !== undefined) return writeBytes(bytes, flags, frame);
  const decoder = new TextDecoder();
  for await (const chunk of bytes)
    if (!(await frame.write(safeText(decoder.decode(chunk, { stream: true }))))) return;
}

/** Text for reading: a line of JSON, a file, or stdout. */
async function writeText(
  name: 'headers' | 'html' | 'text',
  text: string,
  hit: Hit,
  flags: ShowFlags,
  frame: Frame,
): Promise<void> {
  if (flags.output !== undefined) return writeBytes([Buffer.from(`${text}\n`)], flags, frame);
  if (frame.json) return frame.document({ id: hit.id, [name]: text });
  frame.print(text);
}

/** Bytes are no JSON document, and an attachment is nothing for a terminal; a file takes them always. */
function mayWriteBytes({ raw, output }: ShowFlags, { json, terminal }: Frame): void {
  if (output !== undefined || !(json || (terminal.out && raw !== true))) return;
  throw new MailError({
    kind: 'usage',
    message: json ? 'bytes are no JSON document' : 'an attachment could upset a terminal',
    retry: 'never',
    hint: 'Name a file for them: --output FILE.',
  });
}

async function writeBytes(
  chunks: AsyncIterable<Buffer> | readonly Buffer[],
  { output }: ShowFlags,
  frame: Frame,
): Promise<void> {
  if (output !== undefined) return intoFile(chunks, output, frame);
  for await (const chunk of chunks) if (!(await frame.write(chunk))) return;
}

async function intoFile(
  chunks: AsyncIterable<Buffer> | readonly Buffer[],
  path: string,
  frame: Frame,
): Promise<void> {
  try {
    await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (thrown) {
    const there = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    throw new MailError({
      kind: there ? 'usage' : 'storage',
      message: there ? `${path} is there already` : `${path} cannot be written: ${systemReason(thrown)}`,
      retry: 'never',
      hint: there ? 'Name a new file: nothing is overwritten.' : undefined,
      cause: thrown,
    });
  }
  if (frame.json) frame.document({ output: path });
  else frame.say(`written to ${path}`);
}
