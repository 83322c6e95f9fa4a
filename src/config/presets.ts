// PURE: an address → its provider's servers and the cure for a refused login there. Data, so that a person with an account
// at a known provider gives an address and a password and nothing else.

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
  readonly imap: PresetServer;
  /** Absent: it has none. */
  readonly pop3?: PresetServer;
  readonly smtp: PresetServer;
  /** Connections at once that it bears for one account. */
  readonly connections: number;
  /** Its name under `oauth2:`; `only`: it takes no passwords at all. */
  readonly oauth2?: { readonly provider: KnownProvider; readonly only?: true };
  /** It puts a copy of what is sent by SMTP into the Sent folder; absent: not, or as a setting there says. */
  readonly filesSent?: boolean;
  /** What its POP3 shows where not all is shown, and where that is changed; one sentence. */
  readonly pop3Window?: string;
  /** One sentence that names what it wants at a login. */
  readonly loginHint: string;
}

const implicit = (host: string, port: number): PresetServer => ({ host, port, tls: 'implicit' });
const submission = (host: string): PresetServer => ({ host, port: 587, tls: 'starttls' });

const code = (provider: string, where: string): string =>
  `${provider} wants an authorization code (授权码) here, not the password of its web page: ${where}`;
const appPassword = (provider: string, where: string): string =>
  `${provider} wants an app password here, not the password of its web page: ${where}`;

const days = (provider: string, where: string): string =>
  `${provider} shows POP3 programs the mail of the last 30 days only, unless you change that: ${where}`;

/** 网易 runs three domains with the same rules and hosts of the same form. */
const netease = (provider: string, domain: string): Preset => ({
  provider,
  domains: [domain],
  imap: implicit(`imap.${domain}`, 993),
  pop3: implicit(`pop.${domain}`, 995),
  smtp: implicit(`smtp.${domain}`, 465),
  connections: 1,
  pop3Window: days(provider, `at mail.${domain} open 设置 > POP3/SMTP/IMAP and choose 收取全部邮件`),
  loginHint: code(
    provider,
    `at mail.${domain} open 设置 > POP3/SMTP/IMAP, switch IMAP/SMTP on, and create one`,
  ),
});

const PRESETS: readonly Preset[] = [
  {
    provider: 'QQ Mail',
    domains: ['qq.com', 'vip.qq.com', 'foxmail.com'],
    imap: implicit('imap.qq.com', 993),
    pop3: implicit('pop.qq.com', 995),
    smtp: implicit('smtp.qq.com', 465),
    connections: 1,
    pop3Window: days('QQ Mail', 'at mail.qq.com open 设置 > 账号 and choose 收取全部的邮件'),
    loginHint: code('QQ Mail', 'at mail.qq.com open 设置 > 账号, switch IMAP/SMTP on, and create one'),
  },
  netease('NetEase 163', '163.com'),
  netease('NetEase 126', '126.com'),
  netease('NetEase yeah.net', 'yeah.net'),
  {
    provider: 'Aliyun Mail',
    domains: ['aliyun.com'],
    imap: implicit('imap.aliyun.com', 993),
    pop3: implicit('pop3.aliyun.com', 995),
    smtp: implicit('smtp.aliyun.com', 465),
    connections: 2,
    loginHint: code(
      'Aliyun Mail',
      'at mail.aliyun.com switch POP3/IMAP/SMTP on in 设置 > 账号与安全, and create one',
    ),
  },
  {
    provider: 'Sina Mail',
    domains: ['sina.com'],
    imap: implicit('imap.sina.com', 993),
    pop3: implicit('pop.sina.com', 995),
    smtp: implicit('smtp.sina.com', 465),
    connections: 1,
    pop3Window: days(
      'Sina Mail',
      'at mail.sina.com open 设置区 > 客户端pop/imap/smtp and choose 收取全部邮件',
    ),
    loginHint: code(
      'Sina Mail',
      'at mail.sina.com open 设置区 > 客户端pop/imap/smtp, switch the service on, and create one',
    ),
  },
  {
    provider: '139 Mail',
    domains: ['139.com'],
    imap: implicit('imap.139.com', 993),
    pop3: implicit('pop.139.com', 995),
    smtp: implicit('smtp.139.com', 465),
    connections: 1,
    loginHint: code('139 Mail', 'at mail.10086.cn open 设置 > 账户安全, and create one'),
  },
  {
    provider: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    imap: implicit('imap.gmail.com', 993),
    pop3: implicit('pop.gmail.com', 995),
    smtp: implicit('smtp.gmail.com', 465),
    filesSent: true,
    pop3Window:
      'Gmail shows POP3 programs each message until it was fetched once: choose "Enable POP for all mail" in its settings, and write recent: before user to see the last 30 days always',
    connections: 4,
    oauth2: { provider: 'google' },
    loginHint: appPassword(
      'Gmail',
      'switch 2-Step Verification on, then create one at myaccount.google.com/apppasswords',
    ),
  },
  {
    provider: 'Outlook.com',
    domains: ['outlook.com', 'hotmail.com', 'live.com'],
    imap: implicit('outlook.office365.com', 993),
    pop3: implicit('outlook.office365.com', 995),
    smtp: submission('smtp-mail.outlook.com'),
    filesSent: true,
    connections: 3,
    oauth2: { provider: 'microsoft', only: true },
    loginHint:
      'Outlook.com takes no passwords from mail programs, only OAuth2: { provider: microsoft } under oauth2',
  },
  {
    provider: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    imap: implicit('imap.mail.me.com', 993),
    smtp: submission('smtp.mail.me.com'),
    connections: 3,
    loginHint: appPassword(
      'iCloud Mail',
      'create an app-specific one at account.apple.com under Sign-In and Security',
    ),
  },
  {
    provider: 'Yahoo Mail',
    domains: ['yahoo.com'],
    imap: implicit('imap.mail.yahoo.com', 993),
    pop3: implicit('pop.mail.yahoo.com', 995),
    smtp: implicit('smtp.mail.yahoo.com', 465),
    connections: 2,
    oauth2: { provider: 'yahoo' },
    loginHint: appPassword('Yahoo Mail', 'create one at login.yahoo.com under Account Security'),
  },
  {
    provider: 'Zoho Mail',
    domains: ['zoho.com'],
    imap: implicit('imap.zoho.com', 993),
    pop3: implicit('pop.zoho.com', 995),
    smtp: implicit('smtp.zoho.com', 465),
    connections: 2,
    loginHint: appPassword(
      'Zoho Mail',
      'switch IMAP on in its settings, then create one at accounts.zoho.com under Security',
    ),
  },
  {
    provider: 'Fastmail',
    domains: ['fastmail.com'],
    imap: implicit('imap.fastmail.com', 993),
    pop3: implicit('pop.fastmail.com', 995),
    smtp: implicit('smtp.fastmail.com', 465),
    connections: 4,
    loginHint: appPassword('Fastmail', 'create one in Settings > Privacy & Security > Connected apps'),
  },
];

/** The preset for an address by its domain, in any case; undefined where there is none. */
export function presetFor(address: string): Preset | undefined {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return PRESETS.find((preset) => preset.domains.includes(domain));
}

/** The preset whose server `host` is: a person's own domain may be kept at a known provider. */
export function presetOfHost(host: string): Preset | undefined {
  const name = host.toLowerCase();
  return PRESETS.find(({ imap, pop3, smtp }) => [imap.host, pop3?.host, smtp.host].includes(name));
}

/** The cure for a refused login where the provider is not known. */
export const ANY_PROVIDER: string =
  'Check user and password; many providers want an app password or an authorization code (授权码) from mail programs';
