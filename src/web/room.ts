// Room for whoever has something to say. Connections are few; when all are taken, the one that was silent for longest gives way
// to the new one, of the address that holds most silent ones: so nobody keeps others out by holding lines open, and a proxy,
// from which all come, loses only what it does not use.
import type { EventEmitter } from 'node:events';
import type { ServerResponse, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What is asked of a server: that it tells of connections and requests. */
type Server = Pick<EventEmitter, 'on'>;

/**
 * Lets a server hold `most` connections. One that has asked and waits for its answer is closed for another only where all do; who
 * sends half of a request, such as a form without an end, has not asked. The newest is never closed: it has not had its turn.
 */
export function keepRoom(server: Server, most: number): void {
  /** Each with the requests that are not answered to their end; who was silent for longest stands first. */
  const open = new Map<Socket, Set<IncomingMessage>>();
  server.on('connection', (socket: Socket) => {
    const others = [...open];
    open.set(socket, new Set());
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    const silent = others.filter(([, requests]) => ![...requests].some(({ complete }) => complete));
    const one = longestSilent((silent.length > 0 ? silent : others).map(([other]) => other));
    if (one === undefined) return;
    open.delete(one);
    one.destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    open.get(socket)?.add(request);
    response.once('close', () => {
      const requests = open.get(socket);
      if (requests?.delete(request) !== true || requests.size > 0) return;
      open.delete(socket);
      open.set(socket, requests);
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
