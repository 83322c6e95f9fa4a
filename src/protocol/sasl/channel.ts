// What a login may know of the connection that it goes over: whether secrets are safe on it, and what ties it to its TLS.

/** What a login can be bound to (RFC 5056): octets that only the two ends of this very TLS connection agree on. */
export type Binding = {
  /** `tls-exporter` (RFC 9266) on TLS 1.3, else `tls-server-end-point` (RFC 5929 §4). */
  readonly type: 'tls-exporter' | 'tls-server-end-point';
  readonly data: Buffer;
};

/** The connection, as a login sees it. */
export interface Channel {
  /** The server, as the configuration names it; for messages. */
  readonly host: string;
  /** TLS is up and verified. */
  readonly secure: boolean;
  /** The other end is this machine. */
  readonly loopback: boolean;
  /** `insecure: true` stands in the configuration: the person wants a login in clear. */
  readonly insecure: boolean;
  /** Null without TLS, or where the certificate gives none (RFC 5929 §4.1). */
  readonly binding: Binding | null;
  /** Printable ASCII without a comma, at least 128 bits by chance, new at each call (RFC 5802 §5.1). */
  nonce(): string;
}

/** True where a password or a token may be sent as it is. */
export function mayReveal({ secure, loopback, insecure }: Channel): boolean {
  return secure || loopback || insecure;
}
