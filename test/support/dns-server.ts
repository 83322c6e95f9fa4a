// A name server of one zone, over UDP on loopback: it answers MX and SRV questions from a table, and says NXDOMAIN to all else.
import { createSocket } from 'node:dgram';
import type { Ending } from './temporary.ts';

/** A record, with what its type has: `['MX', 10, 'mx.example.org']`, `['SRV', 0, 1, 993, 'imap.example.org']`. */
export type Zone = Readonly<
  Record<
    string,
    readonly (readonly ['MX', number, string] | readonly ['SRV', number, number, number, string])[]
  >
>;

const TYPES = { MX: 15, SRV: 33 } as const;

/** Listens on `port` of 127.0.0.1, 0 for a free one; resolves with it. `asked` is told of every question's name. */
export function startNameServer(
  test: Ending,
  zone: Zone,
  port: number = 0,
  asked: (name: string) => void = () => undefined,
): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const { name, type, end } = read(question);
    asked(name);
    const records = (zone[name] ?? []).filter(([kind]) => TYPES[kind] === type);
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(records.length > 0 ? 0x8180 : 0x8183, 2);
    for (const [at, count] of [1, records.length, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * at);
    const answers = records.map((record) => {
      const data = record.slice(1).map((part) => (typeof part === 'string' ? labels(part) : two(part)));
      const rdata = Buffer.concat(data);
      return Buffer.concat([two(0xc00c), two(type), two(1), two(0), two(60), two(rdata.length), rdata]);
    });
    socket.send(Buffer.concat([header, question.subarray(12, end), ...answers]), from.port, from.address);
  });
  test.after(() => void socket.close());
  return new Promise((resolve) => socket.bind(port, '127.0.0.1', () => resolve(socket.address().port)));
}

function read(question: Buffer): { name: string; type: number; end: number } {
  const parts: string[] = [];
  let at = 12;
  for (let size = question[at] ?? 0; size > 0; size = question[at] ?? 0) {
    parts.push(question.toString('latin1', at + 1, at + 1 + size));
    at += size + 1;
  }
  return { name: parts.join('.').toLowerCase(), type: question.readUInt16BE(at + 1), end: at + 5 };
}

function labels(name: string): Buffer {
  const parts = name.split('.').filter((part) => part !== '');
  return Buffer.concat([
    ...parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function two(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
