// Which user of this machine holds the other end of a loopback connection, by the kernel's table of TCP connections
// (proc_net_tcp(5)). There each connection within the machine stands twice, once as each side sees it.
import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';

/** One end of a connection; the address as Node tells it: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
export interface End {
  readonly address: string;
  readonly port: number;
}

const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** Whoever the kernel cannot name: all users of another namespace together. */
const NOBODY_KNOWN = 65_534;

/** The user id of whoever holds `peer`, connected to `own`; undefined where that cannot be told. */
export async function connectionOwner(peer: End, own: End): Promise<number | undefined> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => '')));
  return ownerIn(tables.join(''), peer, own);
}

/** The same out of the tables. Nobody owns a connection that its program has closed: the kernel shows root's number there. */
export function ownerIn(tables: string, peer: End, own: End): number | undefined {
  for (const ends of rowsOf(plain(peer), plain(own))) {
    const at = tables.indexOf(ends);
    if (at === -1) continue;
    // st, queues, timer, retransmissions, uid, timeout, inode
    const fields = tables.slice(at + ends.length, at + ends.length + 160).split(/\s+/, 7);
    const [uid, inode] = [Number(fields[4]), Number(fields[6])];
    if (inode > 0 && Number.isInteger(uid) && uid !== NOBODY_KNOWN) return uid;
  }
  return undefined;
}

/** How the connection may stand there as its peer sees it: a socket of IPv6 may be connected by IPv4. */
function rowsOf(peer: End, own: End): string[] {
  const row = (written: (address: string) => string): string =>
    ` ${written(peer.address)}:${hex(peer.port, 4)} ${written(own.address)}:${hex(own.port, 4)} `;
  if (isIPv4(peer.address) && isIPv4(own.address))
    return [row(word), row((address) => `${'0'.repeat(16)}${word('0.0.255.255')}${word(address)}`)];
  return peer.address === '::1' && own.address === '::1' ? [row(() => '0'.repeat(24) + word('0.0.0.1'))] : [];
}

/** Four octets as the kernel prints them: a number in the order of this machine. */
function word(address: string): string {
  const octets = address.split('.').map((octet) => hex(Number(octet), 2));
  return (endianness() === 'LE' ? octets.toReversed() : octets).join('');
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function plain({ address, port }: End): End {
  return { address: address.replace(/^::ffff:(?=\d+\.)/i, ''), port };
}
