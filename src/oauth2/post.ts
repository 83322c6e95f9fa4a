// One form to an authorization server and its answer: TLS verified, no redirect followed, nothing kept for a next request,
// and time and size bounded. It throws only where no answer came.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { MailError, textOf } from '../model/error.ts';
import { codeOf } from '../runtime/storage-error.ts';
import { version } from '../runtime/version.ts';
import type { Answer } from './answer.ts';

/** Milliseconds for a request, from the look-up of the name to the last octet. */
const LIMIT = 30_000;
/** Octets of an answer. */
const MOST = 262_144;
/** Of a form, what is no secret. */
const OPEN = new Set(['grant_type', 'client_id', 'scope', 'redirect_uri']);

/** What a request may be told. */
export interface PostOptions {
  /** Path of a PEM file whose certificates are trusted instead of the system's. */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; default 30 s. */
  readonly limit?: number | undefined;
}

/** Sends `form` to `endpoint`. Throws MailError dns, connect, tls, timeout, closed, protocol, cancelled or config (`ca`). */
export async function post(
  endpoint: string,
  form: Readonly<Record<string, string>>,
  { ca, signal, limit = LIMIT }: PostOptions = {},
): Promise<Answer> {
  const url = new URL(endpoint);
  const trust = ca === undefined ? {} : { ca: await authorities(ca) };
  const deadline = AbortSignal.timeout(limit);
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const body = new URLSearchParams(form).toString();
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded', // RFC 6749 §4.1.3
    'Content-Length': Buffer.byteLength(body),
    Accept: 'application/json',
    'User-Agent': `mailkeep/${version()}`,
  };
  try {
    const options = { method: 'POST', headers, signal: either, agent: false };
    const request =
      url.protocol === 'https:'
        ? https.request(url, { ...options, ...trust, minVersion: 'TLSv1.2' })
        : http.request(url, options);
    const response = await answered(request, body);
    return {
      host: url.hostname,
      status: response.statusCode ?? 0,
      body: await bodyOf(response, url.hostname),
      retryAfter: waitingTime(response.headers['retry-after']),
      location: response.headers.location,
      secrets: Object.entries(form).flatMap(([key, value]) => (OPEN.has(key) ? [] : [value])),
    };
  } catch (thrown) {
    if (signal?.aborted === true) throw cancelled(url.host, signal.reason);
    throw deadline.aborted ? late(url.host, thrown) : failure(url.host, thrown);
  }
}

async function authorities(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: `the certificate file ${path} cannot be read`,
      hint: 'oauth2.ca must name a readable PEM file',
      cause,
    });
  }
}

function answered(request: http.ClientRequest, body: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
    request.end(body);
  });
}

async function bodyOf(response: http.IncomingMessage, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > MOST) {
      response.destroy();
      throw new MailError({
        kind: 'protocol',
        retry: 'later',
        message: `OAuth2: ${host} answered with more than ${MOST / 1024} KiB`,
        hint: 'Check the addresses under oauth2, and that no portal or proxy stands between',
        cause: new Error('the answer was cut off'),
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Retry-After in seconds, at most a day; a date is not heeded. */
function waitingTime(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header)
    ? Math.min(Number(header), 86_400) * 1000
    : undefined;
}

function cancelled(host: string, reason: unknown): MailError {
  if (reason instanceof MailError) return reason;
  return new MailError({
    kind: 'cancelled',
    retry: 'later',
    message: `OAuth2: the request to ${host} was ended`,
    cause: reason,
  });
}

function late(host: string, cause: unknown): MailError {
  return new MailError({
    kind: 'timeout',
    retry: 'later',
    message: `OAuth2: no whole answer came from ${host} in time`,
    hint: 'Check that this machine reaches the provider; it is tried again',
    cause,
  });
}

/** What kept the request from being answered. All of it may be over in a minute. */
function failure(host: string, thrown: unknown): MailError {
  if (thrown instanceof MailError) return thrown;
  const inner = thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown;
  const code = codeOf(inner);
  const { kind, hint } = meaningOf(code ?? '');
  return new MailError({
    kind,
    retry: 'later',
    message: `OAuth2: no answer from ${host}: ${textOf(inner)}`,
    hint,
    code,
    cause: thrown,
  });
}

function meaningOf(code: string): { kind: MailError['kind']; hint: string } {
  if (/^(ENOTFOUND|EAI_)/.test(code))
    return { kind: 'dns', hint: 'Check that this machine is on line, and the addresses under oauth2' };
  if (/^(ECONNRESET|EPIPE|HPE_)/.test(code))
    return { kind: 'closed', hint: 'It is tried again; if it stays so, check the addresses under oauth2' };
  if (/CERT|SIGNATURE|^(ERR_SSL|ERR_TLS|EPROTO)/.test(code))
    return {
      kind: 'tls',
      hint: 'The server is not trusted: check the clock of this machine; for a server of your own, name its authority by oauth2.ca',
    };
  return {
    kind: 'connect',
    hint: 'Check that this machine reaches the provider, and that no firewall stands between',
  };
}
