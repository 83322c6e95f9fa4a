// A page without password listens on loopback only; but there every user of this machine can reach it. It opens for the user
// under whom it runs, who can read the archive anyway, and for root; others are told the cure.
import type { Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { Log } from '../runtime/log.ts';
import type { PageEnv } from './app.ts';
import { connectionOwner } from './connection-owner.ts';
import { otherUserPage } from './views/login.ts';

/** Refuses the connections of other users. Each connection is looked at once. */
export function refuseOtherUsers(log: Pick<Log, 'warn'>): MiddlewareHandler<PageEnv> {
  const owners = new WeakMap<Socket, Promise<number | undefined>>();
  const told = new Set<number | undefined>();
  return async (context, next) => {
    const { socket } = (context.env as HttpBindings).incoming;
    const owner = owners.get(socket) ?? ownerOf(socket);
    owners.set(socket, owner);
    const user = await owner;
    if (user === 0 || (user !== undefined && user === process.getuid?.())) return next();
    // The style sheet of the answer is no secret.
    if (context.req.path.startsWith('/static/')) return next();
    if (!told.has(user))
      log.warn('page: another user of this machine was refused; web.password would let one in', { user });
    told.add(user);
    return context.html(otherUserPage(context.get('look')).toString(), 403);
  };
}

function ownerOf({
  remoteAddress,
  remotePort,
  localAddress,
  localPort,
}: Socket): Promise<number | undefined> {
  return connectionOwner(
    { address: remoteAddress ?? '', port: remotePort ?? 0 },
    { address: localAddress ?? '', port: localPort ?? 0 },
  );
}
