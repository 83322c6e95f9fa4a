// What a command did that a power cut may take back, or leave half done: its calls on files as strace told them, each as one step,
// and among them what it said to others, which nothing takes back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fate } from './crash-points.ts';
import type { Installation } from './installation.ts';
import { parse, type Call } from './strace.ts';

/** What strace is to tell: octets too, all of it in hexadecimal. */
export const RECORDING: readonly string[] = [
  '-f',
  '-y',
  '-qq',
  '-xx',
  '-s',
  '1000000',
  '-e',
  'trace=openat,write,pwrite64,writev,pwritev,fdatasync,fsync,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir,link,linkat,ftruncate',
];

/** One effect on the disk. Paths are absolute. */
export type Step =
  | { readonly is: 'make'; readonly path: string; readonly directory: boolean }
  | { readonly is: 'write'; readonly path: string; readonly at: number | null; readonly octets: Buffer }
  | { readonly is: 'cut'; readonly path: string; readonly size: number }
  | { readonly is: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly is: 'remove'; readonly path: string }
  | { readonly is: 'sync'; readonly path: string }
  /** Octets for another process: what is out is out, whatever the disk keeps. */
  | { readonly is: 'say'; readonly path: string; readonly octets: Buffer };

/** What a command of this installation does to the disk, and what is said of which `heard`. It must succeed. */
export async function recorded(
  { line, directory, data }: Pick<Installation, 'line' | 'directory' | 'data'>,
  heard: (octets: Buffer) => boolean,
  ...args: readonly string[]
): Promise<Step[]> {
  const file = join(directory, 'strace');
  fate(await line.startUnder(['strace', ...RECORDING, '-o', file], ...args).ended);
  return stepsOf(parse(readFileSync(file, 'utf8')), data, heard);
}

/** The effects below `root`, in the order in which they came about, and what is said of which `heard`. A call that failed has none. */
export function stepsOf(
  calls: readonly Call[],
  root: string,
  heard: (octets: Buffer) => boolean = () => false,
): Step[] {
  const open = new Map<string, string>();
  return calls
    .filter(({ result }) => !result.startsWith('-1'))
    .toSorted((a, b) => momentOf(a) - momentOf(b))
    .flatMap((call) => {
      const [, number, path = ''] = /^(\d+)<([^>]*)>/.exec(call.name === 'openat' ? call.result : '') ?? [];
      if (number !== undefined) open.set(number, unhex(path).toString());
      return stepOf(call, (name) => throughHandle(name, open));
    })
    .filter((step) =>
      step.is === 'say' ? heard(step.octets) : step.path.startsWith(`${root}/`) || step.path === root,
    );
}

/** What is for the disk counts from its end on; what is said, from its beginning. */
function momentOf({ name, given, began, ended }: Call): number {
  return /^writev?$/.test(name) && isSocket(openOf(given)) ? began : ended;
}

/** A name that is looked up in an open directory. */
function throughHandle(name: string, open: ReadonlyMap<string, string>): string {
  const [, number = '', rest = ''] = /^\/proc\/self\/fd\/(\d+)(\/.*)$/.exec(name) ?? [];
  const directory = open.get(number);
  return directory === undefined ? name : directory + rest;
}

function isSocket(open: string): boolean {
  return open.startsWith('socket:');
}

/** What the descriptor that a call was given is. */
function openOf(given: string): string {
  return unhex(/^\d+<([^>]*)>/.exec(given)?.[1] ?? '').toString();
}

function stepOf({ name, given, result }: Call, resolved: (name: string) => string): Step[] {
  const strings = [...given.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => unhex(hex));
  const [path = '', second = ''] = strings.map((bytes) => resolved(bytes.toString()));
  const open = openOf(given);
  switch (name) {
    case 'openat':
      return [
        ...(given.includes('O_CREAT') ? [{ is: 'make' as const, path, directory: false }] : []),
        ...(given.includes('O_TRUNC') ? [{ is: 'cut' as const, path, size: 0 }] : []),
      ];
    case 'mkdir':
    case 'mkdirat':
      return [{ is: 'make', path, directory: true }];
    case 'write':
    case 'writev':
      if (isSocket(open)) return [{ is: 'say', path: open, octets: octetsOf(strings, result) }];
      if (name === 'writev') return unlessFile(name, open);
      return [{ is: 'write', path: open, at: null, octets: octetsOf(strings, result) }];
    case 'pwrite64':
      return [
        {
          is: 'write',
          path: open,
          at: Number(/, (\d+)$/.exec(given)?.[1]),
          octets: octetsOf(strings, result),
        },
      ];
    case 'ftruncate':
      return [{ is: 'cut', path: open, size: Number(/, (\d+)$/.exec(given)?.[1]) }];
    case 'fsync':
    case 'fdatasync':
      return [{ is: 'sync', path: open }];
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return [{ is: 'rename', path, to: second }];
    case 'link':
    case 'linkat':
      return [{ is: 'link', path, to: second }];
    case 'unlink':
    case 'unlinkat':
    case 'rmdir':
      return [{ is: 'remove', path }];
    default:
      return unlessFile(name, open);
  }
}

/** Gathered writes go to sockets and pipes only; to a file they would be missing from the model. */
function unlessFile(name: string, open: string): Step[] {
  if (open.startsWith('/')) throw new Error(`${name} on ${open} is not modelled`);
  return [];
}

function octetsOf(strings: readonly Buffer[], result: string): Buffer {
  return Buffer.concat(strings).subarray(0, Number(result));
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
