// An account as the program uses it: presets applied, defaults filled in, secrets behind a function.
import type { OAuth2 } from './oauth2.ts';

/** How the connection is made safe: TLS from the first byte, STARTTLS/STLS required, or (loopback only) in clear. */
export type TlsMode = 'implicit' | 'starttls' | 'none';

/** A server to talk to. */
export interface Endpoint {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly tls: TlsMode;
  /** Path of a PEM file whose certificates are trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** `sha256/BASE64` of the server certificate's public key (SPKI); no other key is accepted, and no CA is asked. */
  readonly pin?: string | undefined;
  /** The name that the server's certificate must be for, and that is asked for (SNI); default: `host`. */
  readonly tlsName?: string | undefined;
  /** An old server: TLS 1.0 and 1.1, small keys and old renegotiation are let in. Default: TLS 1.2 or later. */
  readonly tlsOld?: boolean | undefined;
  /** `tls: none` to another host than loopback, asked for in so many words. */
  readonly insecure?: boolean | undefined;
}

/** Fetches the secret when it is needed; it is never kept longer than the login takes. Throws MailError `config`. */
export type Secret = () => Promise<string>;

/** A password, or the authorization code or app password that a provider wants in its place. */
export interface Password {
  readonly user: string;
  readonly password: string;
}

/** An OAuth2 access token (RFC 6750), which ends after an hour or so. */
export interface Token {
  readonly user: string;
  readonly token: string;
}

/** What a login is made with. */
export type Credentials = Password | Token;

/**
 * Fetches the credentials for one login. `refused` are those that a server has just refused: where a fresher token can be
 * had, it is fetched; a password is what it is. Throws MailError `config`, `auth`, or what keeps a token from being renewed.
 */
export type Login = (refused?: Credentials) => Promise<Credentials>;

/** What is kept of an account, and how. */
export interface Receive extends Endpoint {
  readonly protocol: 'imap' | 'pop3';
  /** A cron expression of five or six fields. */
  readonly schedule: string;
  readonly push: boolean;
  /** Globs on readable names, or special-use attributes such as `\Trash`. */
  readonly folders: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** The provider may show only the messages of some days, so that absence proves little. */
  readonly window?: boolean | undefined;
  /** Connections at once, at least 1. */
  readonly connections: number;
  /** Octets that may come in 24 hours; absent: the provider tells no limit. */
  readonly budget?: number | undefined;
  /** Milliseconds between two logins, at least. */
  readonly loginInterval?: number | undefined;
  /** IMAP: one command at a time. */
  readonly oneAtATime?: boolean | undefined;
  /** Absent: nothing is ever deleted at the server. `after` in milliseconds. */
  readonly delete?: { readonly after: number; readonly maxPerRun: number } | undefined;
}

/** How an account sends. */
export interface Send extends Endpoint {
  /** Addresses beside the account's own that may stand in From or Sender. */
  readonly from: readonly string[];
  readonly saveSent: 'auto' | 'always' | 'never';
  /** The provider is known to put a copy of what is sent into the Sent folder by itself. */
  readonly filesSent?: boolean | undefined;
  readonly uncertain: 'retry' | 'hold';
  readonly rate: {
    readonly perMinute: number;
    readonly perDay: number;
    /** Messages that one connection carries at most. */
    readonly perConnection: number;
  };
}

/** One mail account. */
export interface Account {
  /** `[a-z0-9][a-z0-9._-]*`, unique. */
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly login: Login;
  /** How the account signs in, where it does so without a password. */
  readonly oauth2?: OAuth2 | undefined;
  /**
   * When a person last signed in by OAuth2, milliseconds since 1970; 0 for never. A pause that a refused login began earlier
   * is over by that.
   */
  readonly signedIn?: (() => number) | undefined;
  readonly receive?: Receive | undefined;
  readonly send?: Send | undefined;
  /** Milliseconds. `idle` is the longest time without a byte while one is awaited. */
  readonly timeouts: { readonly connect: number; readonly idle: number };
  /** The provider's name where a preset applied ("QQ Mail"), for messages to the person. */
  readonly provider?: string | undefined;
  /** The cure for a refused login at this provider, from its preset; absent: the provider is not known. */
  readonly loginHint?: string | undefined;
}
