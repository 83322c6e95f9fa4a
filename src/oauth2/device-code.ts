// Signing in on another device (RFC 8628): the provider gives a short code, the person types it in at a page on any device,
// and the token endpoint is asked now and then whether that has happened.
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { OAuth2 } from '../model/oauth2.ts';
import { fieldsOf, grantOf, secondsOf } from './answer.ts';
import type { Answer, Grant } from './answer.ts';
import { ask } from './token-endpoint.ts';

/** What the person is told, and what the token endpoint is asked with. */
export interface DeviceCode {
  /** To be typed in. */
  readonly userCode: string;
  /** Where. */
  readonly page: string;
  /** Secret. */
  readonly deviceCode: string;
  /** Milliseconds from now on that the code is good for; at most an hour. */
  readonly lifetime: number;
  /** Milliseconds between two questions. */
  readonly interval: number;
}

const HOUR = 3_600_000;
const SECOND = 1000;

/** RFC 8628 §3.1: asks for a code. `endpoint` is the client's `deviceEndpoint`. Throws MailError. */
export async function deviceCode(client: OAuth2, endpoint: string, signal: AbortSignal): Promise<DeviceCode> {
  const scope: Record<string, string> = client.scope === '' ? {} : { scope: client.scope };
  const answer = await ask(client, endpoint, scope, signal);
  const said = fieldsOf('device code', answer);
  const { device_code: secret, user_code: userCode } = said;
  const page = said['verification_uri'] ?? said['verification_url']; // Google's older name
  if (typeof secret !== 'string' || secret === '' || secret.length > 4096)
    throw incomplete(answer, 'device_code');
  if (typeof userCode !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(userCode))
    throw incomplete(answer, 'user_code');
  if (typeof page !== 'string' || !isPage(page)) throw incomplete(answer, 'verification_uri');
  return {
    userCode,
    page,
    deviceCode: secret,
    lifetime: Math.min(HOUR, secondsOf(said['expires_in'], HOUR / 4)),
    // RFC 8628 §3.2: five seconds where nothing is said.
    interval: Math.min(60 * SECOND, Math.max(SECOND, secondsOf(said['interval'], 5 * SECOND))),
  };
}

/** A person opens it: nothing but a safe page, and no way to hide where it leads. */
function isPage(text: string): boolean {
  if (text.length > 2048 || !/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, hostname } = new URL(text);
  return (protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1')) && username === '';
}

function incomplete({ host, status }: Answer, field: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `OAuth2 device code: ${host} answered without a good ${field}`,
    hint: 'Check oauth2.deviceEndpoint',
    cause: new Error(`HTTP status ${status}`),
  });
}

/**
 * RFC 8628 §3.4: asks until the person has answered, the code is over, or `signal` aborts; `waiting` is told how many
 * milliseconds have gone by. `asked` is when the question was sent that brought the grant. Throws MailError `auth` for a no
 * and for a code that is over.
 */
export async function grantForDevice(
  client: OAuth2,
  code: DeviceCode,
  clock: Clock,
  signal: AbortSignal,
  waiting: (gone: number) => void,
): Promise<{ readonly grant: Grant; readonly asked: number }> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code.deviceCode,
  };
  const start = clock.monotonic();
  let { interval } = code;
  for (;;) {
    waiting(clock.monotonic() - start);
    await clock.sleep(interval, signal);
    if (clock.monotonic() - start >= code.lifetime) throw tooLate(client);
    const asked = clock.now();
    try {
      return { grant: grantOf('sign-in', await ask(client, client.tokenEndpoint, form, signal)), asked };
    } catch (thrown) {
      if (!(thrown instanceof MailError) || thrown.retry !== 'later' || thrown.kind === 'cancelled')
        throw thrown;
      interval = next(thrown, interval);
    }
  }
}

/** RFC 8628 §3.5: five seconds more for slow_down, and twice the time where the server did not even answer. */
function next({ code, after = 0 }: MailError, interval: number): number {
  if (code === 'authorization_pending') return interval;
  return Math.min(60 * SECOND, Math.max(after, code === 'slow_down' ? interval + 5 * SECOND : interval * 2));
}

function tooLate({ provider }: OAuth2): MailError {
  return new MailError({
    kind: 'auth',
    retry: 'never',
    message: `nobody signed in at ${provider} while the code was good`,
    hint: 'Run the command again, and enter the new code',
    code: 'expired_token',
    cause: new Error('the lifetime of the device code is over'),
  });
}
