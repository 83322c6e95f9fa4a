// From an endpoint to a connection: name, TCP, TLS, all within one deadline. Nothing is ever sent before the certificate
// is verified (or its key equals the pin), and nothing goes in clear to another machine unless it was asked for.
import { readFile } from 'node:fs/promises';
import { createHash, type X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { Endpoint } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Connection, Trace } from './connection.ts';
import { SocketConnection } from './converse.ts';
import { cancelledAt, netFailure } from './failure.ts';

/** Milliseconds. */
interface Timeouts {
  /** Look-up, TCP and TLS together. */
  readonly connect: number;
  /** The longest time without a byte while one is awaited. */
  readonly idle: number;
}

interface DialOptions {
  readonly trace?: Trace | undefined;
  /** Ends the dialling, and later the connection. */
  readonly signal?: AbortSignal | undefined;
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
      await settled(upgraded, 'secureConnect', where, by, options.signal);
      checkPin(upgraded, endpoint, where);
      return upgraded;
    };
    const ready = endpoint.tls === 'implicit' ? await secure(socket, deadline) : socket;
    return new SocketConnection(ready, {
      host: endpoint.host,
      where,
      loopback,
      idle: timeouts.idle,
      trace: options.trace,
      signal: options.signal,
      secure: (plain) => secure(plain, AbortSignal.timeout(timeouts.connect)),
    });
  } catch (thrown) {
    socket.destroy();
    throw netFailure(where, thrown);
  }
}

async function trustOf(endpoint: Endpoint): Promise<tls.ConnectionOptions> {
  const base: tls.ConnectionOptions = { minVersion: 'TLSv1.2' };
  // SNI is required by Gmail and others (an address literal has none: RFC 6066 §3).
  if (net.isIP(endpoint.host) === 0) base.servername = endpoint.host;
  else base.host = endpoint.host;
  if (endpoint.pin !== undefined) return { ...base, rejectUnauthorized: false };
  if (endpoint.ca === undefined) return base;
  try {
    return { ...base, ca: await readFile(endpoint.ca) };
  } catch (cause) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: `the certificate file ${endpoint.ca} cannot be read`,
      hint: 'ca: must name a readable PEM file.',
      cause,
    });
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
          hint:
            event === 'connect'
              ? 'Check host and port, and that no firewall stands between.'
              : 'The port may speak without TLS: try tls: starttls.',
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

function checkPin(socket: tls.TLSSocket, endpoint: Endpoint, where: string): void {
  if (endpoint.pin === undefined) return;
  const certificate = socket.getPeerX509Certificate();
  const pin = certificate === undefined ? 'none' : pinOf(certificate);
  if (pin === endpoint.pin) return;
  throw new MailError({
    kind: 'tls',
    retry: 'later',
    message: `TLS with ${where} failed: the key of the server is ${pin}, not the pinned one`,
    hint: 'If the operator has changed the key, put the new value into pin:; otherwise somebody stands between.',
  });
}

/** `sha256/BASE64` of the certificate's public key. */
function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
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
