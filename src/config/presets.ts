// PURE: an address → its provider's servers and the cure for a refused login there. Data, so that a person with an account
// at a known provider gives an address and a password and nothing else.
import type { Hint } from '../model/hint.ts';
import type { Preset, PresetServer } from './preset.ts';

const implicit = (host: string, port: number): PresetServer => ({ host, port, tls: 'implicit' });
const submission = (host: string): PresetServer => ({ host, port: 587, tls: 'starttls' });

/** What a Chinese provider calls itself. */
const CHINESE_NAMES: Readonly<Record<string, string>> = {
  'QQ Mail': 'QQ 邮箱',
  'Tencent Exmail': '腾讯企业邮箱',
  'NetEase 163': '网易 163 邮箱',
  'NetEase 126': '网易 126 邮箱',
  'NetEase yeah.net': '网易 yeah.net 邮箱',
  'NetEase Qiye': '网易企业邮箱',
  'Aliyun Qiye': '阿里企业邮箱',
  'Aliyun Mail': '阿里云邮箱',
  'Sina Mail': '新浪邮箱',
  '139 Mail': '139 邮箱',
};

/** The name of a provider in Chinese; a foreign one keeps its own, with the space that stands behind it. */
export function chineseName(provider: string): string {
  return CHINESE_NAMES[provider] ?? `${provider} `;
}

const code = (provider: string, where: Hint): Hint => ({
  en: `${provider} wants an authorization code (授权码) here, not the password of its web page: ${where.en}.`,
  zh: `${chineseName(provider)}要求用授权码登录，不是网页登录密码：${where.zh}。`,
});
const appPassword = (provider: string, where: Hint): Hint => ({
  en: `${provider} wants an app password here, not the password of its web page: ${where.en}.`,
  zh: `${chineseName(provider)}要求用应用专用密码登录，不是网页登录密码：${where.zh}。`,
});
/** Chinese providers have one setting for POP3 and IMAP (I-015, P-007). */
const days = (provider: string, where: Hint): Pick<Preset, 'imapWindow' | 'pop3Window'> => {
  const window = (to: string): Hint => ({
    en: `${provider} shows ${to} programs the mail of the last 30 days only, unless you change that: ${where.en}.`,
    zh: `${chineseName(provider)}默认只让客户端收取最近 30 天的邮件：${where.zh}。`,
  });
  return { imapWindow: window('IMAP'), pop3Window: window('POP3') };
};

/** I-005, I-025, P-048: a session at a time, a command at a time, and not too many logins in a row. */
const STRICT = { connections: 1, loginInterval: 30_000, oneAtATime: true } as const;

/** 网易 runs three domains with the same rules and hosts of the same form. */
const netease = (provider: string, domain: string): Preset => ({
  provider,
  domains: [domain],
  imap: implicit(`imap.${domain}`, 993),
  pop3: implicit(`pop.${domain}`, 995),
  smtp: implicit(`smtp.${domain}`, 465),
  ...STRICT,
  ...days(provider, {
    en: `at mail.${domain} open 设置 > POP3/SMTP/IMAP and choose 收取全部邮件`,
    zh: `请在 mail.${domain} 的“设置 > POP3/SMTP/IMAP”中选择“收取全部邮件”`,
  }),
  loginHint: code(provider, {
    en: `at mail.${domain} open 设置 > POP3/SMTP/IMAP, switch IMAP/SMTP on, and create one`,
    zh: `请在 mail.${domain} 的“设置 > POP3/SMTP/IMAP”中开启 IMAP/SMTP 服务，并新增授权码`,
  }),
});

const PRESETS: readonly Preset[] = [
  {
    provider: 'QQ Mail',
    domains: ['qq.com', 'vip.qq.com', 'foxmail.com'],
    imap: implicit('imap.qq.com', 993),
    pop3: implicit('pop.qq.com', 995),
    smtp: implicit('smtp.qq.com', 465),
    ...STRICT,
    ...days('QQ Mail', {
      en: 'at mail.qq.com open 设置 > 账号 and choose 收取全部的邮件',
      zh: '请在 mail.qq.com 的“设置 > 账号”中选择“收取全部的邮件”',
    }),
    loginHint: code('QQ Mail', {
      en: 'at mail.qq.com open 设置 > 账号, switch IMAP/SMTP on, and create one',
      zh: '请在 mail.qq.com 的“设置 > 账号”中开启 IMAP/SMTP 服务，并生成授权码',
    }),
  },
  {
    provider: 'Tencent Exmail',
    domains: ['exmail.qq.com'],
    mx: ['.mxbiz1.qq.com', '.mxbiz2.qq.com'],
    imap: implicit('imap.exmail.qq.com', 993),
    pop3: implicit('pop.exmail.qq.com', 995),
    smtp: implicit('smtp.exmail.qq.com', 465),
    ...STRICT,
    loginHint: code('Tencent Exmail', {
      en: 'at exmail.qq.com open 设置 > 客户端设置, switch IMAP/SMTP on, and create a 客户端专用密码',
      zh: '请在 exmail.qq.com 的“设置 > 客户端设置”中开启 IMAP/SMTP 服务，并生成客户端专用密码',
    }),
  },
  netease('NetEase 163', '163.com'),
  netease('NetEase 126', '126.com'),
  netease('NetEase yeah.net', 'yeah.net'),
  {
    provider: 'NetEase Qiye',
    domains: ['qiye.163.com'],
    mx: ['.mxmail.netease.com', '.qiye.163.com'],
    imap: implicit('imap.qiye.163.com', 993),
    pop3: implicit('pop.qiye.163.com', 995),
    smtp: implicit('smtp.qiye.163.com', 465),
    ...STRICT,
    loginHint: code('NetEase Qiye', {
      en: 'at mail.qiye.163.com open 设置 > 客户端设置, switch IMAP/SMTP on, and create one',
      zh: '请在 mail.qiye.163.com 的“设置 > 客户端设置”中开启 IMAP/SMTP 服务，并新增授权码',
    }),
  },
  {
    provider: 'Aliyun Qiye',
    domains: ['qiye.aliyun.com'],
    mx: ['.mxhichina.com', '.qiye.aliyun.com'],
    imap: implicit('imap.qiye.aliyun.com', 993),
    pop3: implicit('pop.qiye.aliyun.com', 995),
    smtp: implicit('smtp.qiye.aliyun.com', 465),
    connections: 2,
    oneAtATime: true,
    loginHint: code('Aliyun Qiye', {
      en: 'at qiye.aliyun.com open 设置 > 账户与安全 and create a 三方客户端安全密码',
      zh: '请在 qiye.aliyun.com 的“设置 > 账户与安全”中生成三方客户端安全密码',
    }),
  },
  {
    provider: 'Aliyun Mail',
    domains: ['aliyun.com'],
    imap: implicit('imap.aliyun.com', 993),
    pop3: implicit('pop3.aliyun.com', 995),
    smtp: implicit('smtp.aliyun.com', 465),
    connections: 2,
    oneAtATime: true,
    loginHint: code('Aliyun Mail', {
      en: 'at mail.aliyun.com switch POP3/IMAP/SMTP on in 设置 > 账号与安全, and create one',
      zh: '请在 mail.aliyun.com 的“设置 > 账号与安全”中开启 POP3/IMAP/SMTP 服务，并生成授权码',
    }),
  },
  {
    provider: 'Sina Mail',
    domains: ['sina.com'],
    imap: implicit('imap.sina.com', 993),
    pop3: implicit('pop.sina.com', 995),
    smtp: implicit('smtp.sina.com', 465),
    ...STRICT,
    ...days('Sina Mail', {
      en: 'at mail.sina.com open 设置区 > 客户端pop/imap/smtp and choose 收取全部邮件',
      zh: '请在 mail.sina.com 的“设置区 > 客户端pop/imap/smtp”中选择“收取全部邮件”',
    }),
    loginHint: code('Sina Mail', {
      en: 'at mail.sina.com open 设置区 > 客户端pop/imap/smtp, switch the service on, and create one',
      zh: '请在 mail.sina.com 的“设置区 > 客户端pop/imap/smtp”中开启服务，并生成授权码',
    }),
  },
  {
    provider: '139 Mail',
    domains: ['139.com'],
    imap: implicit('imap.139.com', 993),
    pop3: implicit('pop.139.com', 995),
    smtp: implicit('smtp.139.com', 465),
    ...STRICT,
    loginHint: code('139 Mail', {
      en: 'at mail.10086.cn open 设置 > 账户安全, and create one',
      zh: '请在 mail.10086.cn 的“设置 > 账户安全”中生成授权码',
    }),
  },
  {
    provider: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    mx: ['.google.com', '.googlemail.com'],
    imap: implicit('imap.gmail.com', 993),
    pop3: implicit('pop.gmail.com', 995),
    smtp: implicit('smtp.gmail.com', 465),
    filesSent: true,
    pop3Window: {
      en: 'Gmail shows POP3 programs each message until it was fetched once: choose "Enable POP for all mail" in its settings, and write recent: before user to see the last 30 days always.',
      zh: 'Gmail 的每封邮件只让 POP3 客户端收取一次：请在其设置中选择“对所有邮件启用 POP”；在 user 前写 recent: 可始终看到最近 30 天的邮件。',
    },
    connections: 4,
    // I-031: 2500 MB a day over IMAP, 1250 MB over POP3, and a lock for a day for those who take more
    perDay: { imap: 2_000_000_000, pop3: 1_000_000_000 },
    // I-030: minutes of silence where it slows a program down, which must not be taken for a loss
    idle: '5m',
    oauth2: { provider: 'google' },
    loginHint: appPassword('Gmail', {
      en: 'switch 2-Step Verification on, then create one at myaccount.google.com/apppasswords',
      zh: '请先开启两步验证，再到 myaccount.google.com/apppasswords 生成',
    }),
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
    loginHint: {
      en: 'Outlook.com takes no passwords from mail programs, only OAuth2: write oauth2: { provider: microsoft, clientId: … } in the place of password:, then run mailkeep login for this account.',
      zh: 'Outlook.com 不接受密码登录，只接受 OAuth2：请把 password: 换成 oauth2: { provider: microsoft, clientId: … }，再对该账户运行 mailkeep login。',
    },
  },
  {
    provider: 'Microsoft 365',
    domains: [],
    mx: ['.mail.protection.outlook.com', '.mx.microsoft'],
    imap: implicit('outlook.office365.com', 993),
    pop3: implicit('outlook.office365.com', 995),
    smtp: submission('smtp.office365.com'),
    filesSent: true,
    connections: 3,
    oauth2: { provider: 'microsoft', only: true },
    loginHint: {
      en: 'Microsoft 365 takes no passwords from mail programs, only OAuth2: write oauth2: { provider: microsoft, clientId: … } in the place of password:, then run mailkeep login for this account.',
      zh: 'Microsoft 365 不接受密码登录，只接受 OAuth2：请把 password: 换成 oauth2: { provider: microsoft, clientId: … }，再对该账户运行 mailkeep login。',
    },
  },
  {
    provider: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    mx: ['.mail.icloud.com'],
    imap: implicit('imap.mail.me.com', 993),
    smtp: submission('smtp.mail.me.com'),
    connections: 3,
    loginHint: appPassword('iCloud Mail', {
      en: 'create an app-specific one at account.apple.com under Sign-In and Security',
      zh: '请在 account.apple.com 的“登录和安全”中生成',
    }),
  },
  {
    provider: 'Yahoo Mail',
    domains: ['yahoo.com'],
    imap: implicit('imap.mail.yahoo.com', 993),
    pop3: implicit('pop.mail.yahoo.com', 995),
    smtp: implicit('smtp.mail.yahoo.com', 465),
    connections: 2,
    oauth2: { provider: 'yahoo' },
    loginHint: appPassword('Yahoo Mail', {
      en: 'create one at login.yahoo.com under Account Security',
      zh: '请在 login.yahoo.com 的账户安全中生成',
    }),
  },
  {
    provider: 'Zoho Mail',
    domains: ['zoho.com'],
    mx: ['.zoho.com'],
    imap: implicit('imap.zoho.com', 993),
    pop3: implicit('pop.zoho.com', 995),
    smtp: implicit('smtp.zoho.com', 465),
    connections: 2,
    loginHint: appPassword('Zoho Mail', {
      en: 'switch IMAP on in its settings, then create one at accounts.zoho.com under Security',
      zh: '请先在其设置中开启 IMAP，再到 accounts.zoho.com 的 Security 中生成',
    }),
  },
  {
    provider: 'Fastmail',
    domains: ['fastmail.com'],
    mx: ['.messagingengine.com'],
    imap: implicit('imap.fastmail.com', 993),
    pop3: implicit('pop.fastmail.com', 995),
    smtp: implicit('smtp.fastmail.com', 465),
    connections: 4,
    loginHint: appPassword('Fastmail', {
      en: 'create one in Settings > Privacy & Security > Connected apps',
      zh: '请在 Settings > Privacy & Security > Connected apps 中生成',
    }),
  },
];

/** What each known provider wants at a login. */
export function everyLoginHint(): Hint[] {
  return PRESETS.map(({ loginHint }) => loginHint);
}

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

/** The preset of the provider that takes a domain's mail in, by its MX hosts, the first choice first. */
export function presetOfMx(hosts: readonly string[]): Preset | undefined {
  const [first] = hosts;
  if (first === undefined) return undefined;
  return PRESETS.find(({ mx = [] }) => mx.some((end) => `.${first.toLowerCase()}`.endsWith(end)));
}
