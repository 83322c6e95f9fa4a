// What can be known of a mail provider beforehand: its servers, what it bears, and the cure for a refused login there.
import type { Hint } from '../model/hint.ts';

/** A provider whose addresses for OAuth2 are known. */
export type KnownProvider = 'google' | 'microsoft' | 'yahoo';

/** A server of a provider. */
export interface PresetServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

/** What is known of a provider. */
export interface Preset {
  /** Its readable name. */
  readonly provider: string;
  readonly domains: readonly string[];
  /** Ends of the hosts that take mail in for domains kept there, with their dot. */
  readonly mx?: readonly string[];
  readonly imap: PresetServer;
  /** Absent: it has none. */
  readonly pop3?: PresetServer;
  readonly smtp: PresetServer;
  /** Connections at once that it bears for one account. */
  readonly connections: number;
  /** Octets that it lets a program fetch in a day, with some to spare for others and for what is under way. */
  readonly perDay?: { readonly imap: number; readonly pop3: number };
  /** Milliseconds between two logins, at least: more of them look like an attack there. */
  readonly loginInterval?: number;
  /** IMAP: one command at a time; it answers another by silence, or not at all. */
  readonly oneAtATime?: boolean;
  /** How long it may say nothing, where that is longer than usual: `5m`. */
  readonly idle?: string;
  /** Its name under `oauth2:`; `only`: it takes no passwords at all. */
  readonly oauth2?: { readonly provider: KnownProvider; readonly only?: true };
  /** It puts a copy of what is sent by SMTP into the Sent folder; absent: not, or as a setting there says. */
  readonly filesSent?: boolean;
  /** What its POP3 shows where not all is shown, and where that is changed. */
  readonly pop3Window?: Hint;
  /** The same of its IMAP. */
  readonly imapWindow?: Hint;
  /** What it wants at a login, and where it is to be had. */
  readonly loginHint: Hint;
}
