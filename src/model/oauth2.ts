// How an account signs in by OAuth2 (RFC 6749): who issues the tokens, as which client they are asked for, and where the
// person says yes. The tokens themselves are no part of it; they live in a file of their own.

/** The client that a person has registered at a provider, and the provider's addresses. */
export interface OAuth2 {
  /** The provider's readable name ("Microsoft"), for messages to the person. */
  readonly provider: string;
  /** Undefined where the configuration names none; nobody can sign in then. */
  readonly clientId: string | undefined;
  /** Asked for at each request; absent for a public client (RFC 6749 §2.1). Throws MailError `config`. */
  readonly clientSecret?: (() => Promise<string>) | undefined;
  /** What is asked for, separated by spaces (RFC 6749 §3.3); may be empty. */
  readonly scope: string;
  /** `https:`, or `http:` to this machine; as the other two. */
  readonly tokenEndpoint: string;
  /** Where a browser asks the person; absent: only by a device code. */
  readonly authorizationEndpoint?: string | undefined;
  /** RFC 8628 §3.1; absent: the provider has no device codes for mail. */
  readonly deviceEndpoint?: string | undefined;
  /**
   * Where the browser is sent afterwards: an `http:` address of this machine, on a free port where it names none (RFC 8252
   * §7.3); or one that nobody here listens at (`oob`, `https:`), and then the person brings what the browser shows.
   */
  readonly redirect: string;
  /** Further parameters of the authorization request. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Path of a PEM file whose certificates are trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** One sentence: how a person gets a client id here. */
  readonly registering: string;
  /** One sentence: why a sign-in ends by itself at this provider, where that is known. */
  readonly ending?: string | undefined;
}
