// Logins as the tests of the dialogues make them: over TLS, with a password, and a nonce that is always the same.
import type { Dialogue } from '../../src/protocol/dialogue.ts';
import type { Capabilities } from '../../src/protocol/imap/capability.ts';
import { signIn as imapSignIn } from '../../src/protocol/imap/login.ts';
import type { Tags } from '../../src/protocol/imap/tags.ts';
import { signIn as pop3SignIn } from '../../src/protocol/pop3/login.ts';
import type { Channel } from '../../src/protocol/sasl/channel.ts';
import { authenticate } from '../../src/protocol/smtp/auth.ts';
import type { Extensions } from '../../src/protocol/smtp/ehlo.ts';

/** The nonce of the example in RFC 7677 §3. */
export const NONCE = 'rOprNGfwEbeRWgbNEkqO';

/** A connection to `host`, with TLS and no binding unless `more` says otherwise. */
export function channelTo(host: string, more: Partial<Channel> = {}): Channel {
  return {
    host,
    secure: true,
    loopback: false,
    insecure: false,
    binding: null,
    nonce: () => NONCE,
    ...more,
  };
}

/** USER and PASS at a server that told nothing. */
export function userPass(host: string, user: string, password: string): Dialogue<string> {
  const before = { channel: channelTo(host), capabilities: null, stamp: null, avoid: new Set<string>() };
  return pop3SignIn(before, { user, password });
}

/** A login at a server that told `capabilities`. */
export function imapLogin(
  host: string,
  tags: Tags,
  user: string,
  password: string,
  capabilities: Capabilities = new Set(),
): Dialogue<Capabilities | null> {
  const before = { channel: channelTo(host), tags, capabilities, avoid: new Set<string>() };
  return imapSignIn(before, { user, password });
}

/** AUTH with a password. */
export function smtpLogin(
  host: string,
  user: string,
  password: string,
  extensions: Extensions,
  channel: Partial<Channel> = {},
): Dialogue<string> {
  return authenticate({ user, password }, extensions, channelTo(host, channel));
}
