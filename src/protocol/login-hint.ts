// What a server's words at a refused login mean for the person. Only loose words are matched: the sentences change.

const SWITCHED_OFF =
  'The service seems to be switched off: switch on POP3, IMAP and SMTP in the settings of the mailbox on the web.';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/SmtpClientAuthentication/i, SWITCHED_OFF],
  [
    /5\.7\.139|basic authentication is disabled|5\.7\.14\b/i,
    'The provider no longer takes passwords from programs: use oauth2 in the configuration.',
  ],
  [
    /授权码|客户端专用密码|authori[sz]ation code|app(lication)?[- ](specific )?password|5\.7\.9\b/i,
    'The provider wants an authorization code or app password (授权码) here, not the password of the web page: make one in the settings of the mailbox on the web.',
  ],
  [
    /no permission|not enabled|is disabled|disabled for|service is not open|未开启|未开通|没有开启|没有权限/i,
    SWITCHED_OFF,
  ],
  [
    /starttls|encryption (is )?required|secure connection|5\.7\.11\b/i,
    'The server wants TLS before a login: set tls: implicit or tls: starttls.',
  ],
];

const TRY_LATER =
  /\b(lock(ed)?|in use|busy|try(ing)? (it )?(again )?later|too (many|much|frequent|often)|login limit|exceed(ed)?|duplicate login|temporar(y|ily)|throttl|rate limit)|太频|频繁|稍后|繁忙|次数过多|超过限制/i;
const PASSWORD = /password|passwd|credential|授权码|密码|unknown user|no such user|invalid user/i;

/** One sentence that names the cure, or undefined where the words tell nothing (the preset's hint may then). */
export function loginHint(words: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(words))?.[1];
}

/**
 * True where the words of a refusal speak of haste or of a lock, and not of the password (P-029, P-048): servers without
 * response codes say so in prose only.
 */
export function saysLater(words: string): boolean {
  return TRY_LATER.test(words) && !PASSWORD.test(words);
}
