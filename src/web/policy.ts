// PURE: the headers that go with each kind of answer. The page runs its own script and nothing else; what came in a mail runs
// nothing, whoever opens its address directly, and no cache keeps any of it.

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

const COMMON: Headers = {
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The page itself. */
export const PAGE: Headers = {
  ...COMMON,
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  // Not no-referrer: with that, a browser sends `Origin: null` with our own forms (Fetch Standard, "append a request Origin
  // header").
  'referrer-policy': 'same-origin',
  // Who opened this window from another site learns nothing of it, not even how many frames it has.
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()',
};

const BODY_COMMON: Headers = {
  ...COMMON,
  'content-type': 'text/html; charset=utf-8',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
};

const SANDBOX = 'sandbox allow-popups allow-popups-to-escape-sandbox';

/** The HTML of a mail, in its frame. */
export const BODY: Headers = {
  ...BODY_COMMON,
  'content-security-policy': `${SANDBOX}; default-src 'none'; img-src data: cid:; style-src 'unsafe-inline'; frame-ancestors 'self'`,
};

/** The same with images from elsewhere, because the person asked for them. */
export const BODY_REMOTE: Headers = {
  ...BODY_COMMON,
  'content-security-policy': `${SANDBOX}; default-src 'none'; img-src data: cid: https: http:; style-src 'unsafe-inline'; frame-ancestors 'self'`,
};

/** What is saved, never shown. */
export const ATTACHMENT: Headers = {
  ...COMMON,
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'accept-ranges': 'none',
};

/** The bytes of a message as text. */
export const SOURCE: Headers = { ...ATTACHMENT, 'content-type': 'text/plain; charset=utf-8' };
