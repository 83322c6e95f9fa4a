// PURE: what is wrong with a request before anybody looks at what it asks for. Pages of other sites can make a browser send
// requests here; none of them may do anything, or learn anything from how we answer.

/** A request as its headers tell it. */
export interface Asked {
  readonly method: string;
  /** As it stood in the request line. */
  readonly target: string;
  /** Whether its Host names us. */
  readonly isOwnHost: boolean;
  readonly origin: string | undefined;
  /** Origins that are ours: the Host of this request with each scheme by which it may have come. */
  readonly origins: readonly string[];
  /** Sec-Fetch-Site, -Mode and -Dest, which a page cannot forge; undefined from an old browser, or another program. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly dest: string | undefined;
}

/** Why it is refused: an HTTP status, and which sentence tells it. */
export interface Objection {
  readonly status: 400 | 403 | 405 | 414 | 421;
  readonly why: 'target' | 'host' | 'method' | 'elsewhere';
}

/** Longest target; a query in Chinese takes nine octets a character. */
const LONGEST_TARGET = 8192;

/** The first objection; undefined where there is none. */
export function objection(asked: Asked): Objection | undefined {
  if (asked.target.length > LONGEST_TARGET) return { status: 414, why: 'target' };
  // RFC 9112 §3.2.2: the absolute form is for proxies; we are none, and its host would stand beside that of the Host header.
  // And `//host` is a path here, but the address of another host wherever it is put into a page.
  if (!/^\/(?!\/)/.test(asked.target)) return { status: 400, why: 'target' };
  if (!asked.isOwnHost) return { status: 421, why: 'host' };
  if (asked.method === 'POST') return isOwnPost(asked) ? undefined : { status: 403, why: 'elsewhere' };
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return { status: 405, why: 'method' };
  return isOwnLook(asked) ? undefined : { status: 403, why: 'elsewhere' };
}

/** What changes something comes from our own pages: every browser since 2020 says where a post comes from. */
function isOwnPost({ origin, origins, site }: Asked): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? site === 'same-origin' : origins.includes(origin);
}

/**
 * What only looks may come from a person, or a program; from another site only as a link that was followed. A site that could
 * load our answers as images or frames would read the mail by how long a search takes.
 */
function isOwnLook({ site, mode, dest, method }: Asked): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return method === 'GET' && mode === 'navigate' && dest === 'document';
}
