// Room for whoever has something to say. Connections are few; when all are taken, the one that was silent for longest gives way
// to the new one, of the address that holds most silent ones: so nobody keeps others out by holding lines open, and a proxy,
// from which all come, loses only what it does not use.
import type { EventEmitter } from 'node:events';
import type { ServerResponse, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What is asked of a server: that it tells of connections and requests. */
type Server = Pick<EventEmitter, 'on'>;

/** Lets a server hold `most` connections. One that is being answered is never closed for another. */
export function keepRoom(server: Server, most: number): void {
  const open = new Set<Socket>();
  /** No request of theirs is being answered; the longest silent first. */
  const silent = new Set<Socket>();
  const answers = new WeakMap<Socket, number>();
  const forget = (socket: Socket): void => {
    open.delete(socket);
    silent.delete(socket);
  };
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    silent.add(socket);
    socket.once('close', () => forget(socket));
    if (open.size <= most) return;
    const one = longestSilent(silent);
    if (one === undefined) return;
    forget(one);
    one.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket);
    answers.set(socket, (answers.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answers.get(socket) ?? 1) - 1;
      answers.set(socket, left);
      if (left === 0 && open.has(socket)) silent.add(socket);
    });
  });
}

/** Of the address that has most of them, the first. */
function longestSilent<One extends Pick<Socket, 'remoteAddress'>>(silent: Iterable<One>): One | undefined {
  const byAddress = new Map<string | undefined, { readonly first: One; count: number }>();
  for (const one of silent) {
    const known = byAddress.get(one.remoteAddress);
    if (known === undefined) byAddress.set(one.remoteAddress, { first: one, count: 1 });
    else known.count += 1;
  }
  return [...byAddress.values()].reduce(
    (most, some) => (some.count > (most?.count ?? 0) ? some : most),
    undefined as { readonly first: One; readonly count: number } | undefined,
  )?.first;
}
