// PURE: the servers of a domain that no preset knows, as the domain itself tells of them.

/** A server that a domain names. */
export interface FoundServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
  /** Login name, where it is told. */
  readonly user?: string;
}

/** What a domain tells. */
export interface Found {
  readonly imap?: FoundServer;
  readonly pop3?: FoundServer;
  readonly smtp?: FoundServer;
}

/** A host name as DNS and certificates have it, and nothing else: what is found goes into a configuration and is dialled. */
export function isHost(text: string): boolean {
  return text.length <= 253 && /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/i.test(text);
}

/**
 * True where `host` is the domain's own, or below the domain that both share. What a domain's plain DNS names elsewhere may be
 * anybody's word (RFC 6186 §6), and a person is asked.
 */
export function isAtHome(host: string, domain: string): boolean {
  const [name, home] = [host.toLowerCase(), domain.toLowerCase()];
  return name === home || name.endsWith(`.${home}`);
}
