// The configuration file as a person writes it, as types: what the shape lets through, before defaults and presets are filled in.

/** Where a secret comes from: exactly one of the four, or the text itself. */
export type RawSecret =
  | string
  | {
      env?: string | undefined;
      file?: string | undefined;
      credential?: string | undefined;
      command?: string[] | undefined;
    };

/** What an `Endpoint` is made from. */
export interface RawEndpoint {
  host?: string | undefined;
  port?: number | undefined;
  tls?: 'implicit' | 'starttls' | 'none' | undefined;
  insecure?: boolean | undefined;
  ca?: string | undefined;
  pin?: string | undefined;
  tlsName?: string | undefined;
  tlsOld?: boolean | undefined;
}

export interface RawReceive extends RawEndpoint {
  protocol?: 'imap' | 'pop3' | undefined;
  schedule?: string | undefined;
  push?: boolean | undefined;
  folders?: { include?: string[] | undefined; exclude?: string[] | undefined } | undefined;
  connections?: number | undefined;
  delete?: { after: string; maxPerRun?: number | undefined } | undefined;
}

export interface RawSend extends RawEndpoint {
  from?: string[] | undefined;
  saveSent?: 'auto' | 'always' | 'never' | undefined;
  uncertain?: 'retry' | 'hold' | undefined;
  rate?:
    | { perMinute?: number | undefined; perDay?: number | undefined; perConnection?: number | undefined }
    | undefined;
}

export interface RawOAuth2 {
  provider: 'google' | 'microsoft' | 'yahoo' | 'generic';
  clientId?: string | undefined;
  clientSecret?: RawSecret | undefined;
  tenant?: string | undefined;
  scope?: string | undefined;
  redirectUri?: string | undefined;
  authorizationEndpoint?: string | undefined;
  tokenEndpoint?: string | undefined;
  deviceEndpoint?: string | undefined;
  ca?: string | undefined;
}

export interface RawAccount {
  name: string;
  address: string;
  user?: string | undefined;
  password?: RawSecret | undefined;
  oauth2?: RawOAuth2 | undefined;
  /** Null: the key stands there with nothing after it, which means "all from the preset". */
  receive?: RawReceive | null | undefined;
  send?: RawSend | null | undefined;
  timeouts?: { connect?: string | undefined; idle?: string | undefined } | undefined;
}

export interface RawConfig {
  data?: string | undefined;
  outbox?: string | undefined;
  accounts: RawAccount[];
  web?: { listen: string; password?: RawSecret | undefined; address?: string | undefined } | undefined;
  metrics?: { listen: string } | undefined;
  alerts?:
    | { staleAfter?: string | undefined; command?: string[] | undefined; mail?: string | undefined }
    | undefined;
  verify?: { subset?: string | undefined; server?: string | undefined } | undefined;
  log?:
    { level?: LogLevel | undefined; format?: LogFormat | undefined; file?: string | undefined } | undefined;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'auto' | 'text' | 'json';
