// From an endpoint to a connection: name, TCP, TLS, all within one deadline. Nothing is ever sent before the certificate
// is verified (or its key equals the pin), and nothing goes in clear to another machine unless it was asked for.
import net from 'node:net';
import tls from 'node:tls';
import type { Endpoint } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { cure } from '../model/hint.ts';
import type { Connection, Trace } from './connection.ts';
import { SocketConnection } from './converse.ts';
import { SILENT_TLS, UNREACHABLE } from './cures.ts';
import { cancelledAt, handshakeFailure, hostIn, netFailure } from './failure.ts';
import { checkTrust, trustOf } from './trust.ts';

/** Milliseconds. */
interface Timeouts {
  /** Look-up, TCP and TLS together. */
  readonly connect: number;
  /** The longest time without a byte while one is awaited. */
  readonly idle: number;
}

interface DialOptions {
  readonly trace?: Trace | undefined;
  /** Called with the number of octets that came, TLS and compression taken off. */
  readonly received?: ((octets: number) => void) | undefined;
  /** Ends the dialling, and later the connection. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the connection is made; its result when it has ended, by whomever. */
  readonly connected?: (() => () => void) | undefined;
}

/**
 * Connects to `endpoint`; with `tls: implicit` the connection is secure when this resolves, with `starttls` the dialogue
 * must ask for it. Throws MailError dns, connect, tls, timeout, cancelled or config (an unreadable `ca` file).
 */
export async function dial(
  endpoint: Endpoint,
  timeouts: Timeouts,
  options: DialOptions = {},
): Promise<Connection> {
  const where = `${endpoint.host}:${endpoint.port}`;
  options.signal?.throwIfAborted();
  const trust = await trustOf(endpoint);
  const socket = net.connect({
    host: endpoint.host,
    port: endpoint.port,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000, // I-169: a quiet connection is forgotten on the way, or dies unseen
  });
  socket.on('error', () => {}); // settled() and the connection listen too; an error between them must not end the process
  const deadline = AbortSignal.timeout(timeouts.connect);
  try {
    await settled(socket, 'connect', where, deadline, options.signal);
    const loopback = isLoopback(socket.remoteAddress);
    if (endpoint.tls === 'none' && !loopback && endpoint.insecure !== true) throw inClear(where);
    // A handshake may come later, by STARTTLS: it gets the same trust and as much time.
    const secure = async (plain: net.Socket, by: AbortSignal): Promise<tls.TLSSocket> => {
      const upgraded = tls.connect({ socket: plain, ...trust });
      upgraded.on('error', () => {});
      try {
        await settled(upgraded, 'secureConnect', where, by, options.signal);
        checkTrust(upgraded, endpoint, where);
        return upgraded;
      } catch (thrown) {
        upgraded.destroy();
        throw handshakeFailure(where, thrown);
      }
    };
    const ready = endpoint.tls === 'implicit' ? await secure(socket, deadline) : socket;
    if (options.connected !== undefined) socket.once('close', options.connected());
    return new SocketConnection(ready, {
      host: endpoint.host,
      where,
      loopback,
      insecure: endpoint.insecure === true,
      idle: timeouts.idle,
      trace: options.trace,
      received: options.received,
      signal: options.signal,
      secure: (plain) => secure(plain, AbortSignal.timeout(timeouts.connect)),
    });
  } catch (thrown) {
    socket.destroy();
    throw netFailure(where, thrown);
  }
}

/** Resolves with the event; rejects with the socket's error, at the deadline, or when the caller's signal aborts. */
function settled(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  where: string,
  deadline: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      finish(
        new MailError({
          kind: 'timeout',
          retry: 'later',
          message: `no ${event === 'connect' ? 'connection to' : 'TLS with'} ${where} in time`,
          hint: cure(event === 'connect' ? UNREACHABLE : SILENT_TLS, hostIn(where)),
        }),
      );
    };
    const cancelled = (): void => finish(cancelledAt(where));
    const closed = (): void => finish(new Error('the server closed the connection'));
    const finish = (error?: Error): void => {
      socket.off(event, done).off('error', finish).off('close', closed);
      deadline.removeEventListener('abort', late);
      signal?.removeEventListener('abort', cancelled);
      if (error === undefined) return resolve();
      socket.destroy();
      reject(error);
    };
    const done = (): void => finish();
    socket.on(event, done).on('error', finish).on('close', closed);
    deadline.addEventListener('abort', late);
    signal?.addEventListener('abort', cancelled);
    if (deadline.aborted) late();
    if (signal?.aborted === true) cancelled();
  });
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function inClear(where: string): MailError {
  return new MailError({
    kind: 'config',
    retry: 'never',
    message: `${where} is another machine, and tls: none would send the password in clear`,
    hint: 'Use tls: implicit or tls: starttls; insecure: true only inside a network that you trust.',
  });
}
