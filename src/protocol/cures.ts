// What a person can do about what a server says, as data: each sentence once, for the tables of replies that name it.
import type { Hint } from '../model/hint.ts';

/** For a refused login of which nothing more is known. */
export const ANY_PROVIDER: Hint = {
  en: 'Check user and password; many providers want an app password or an authorization code (授权码) from mail programs.',
  zh: '请检查用户名和密码；很多邮箱要求客户端使用授权码，而不是网页登录密码。',
};

// Logins

export const AUTH_CODE: Hint = {
  en: 'The provider wants an authorization code (授权码) here, not the password of the web page: make one in the settings of the mailbox on the web.',
  zh: '这里要用授权码登录，不是邮箱密码：请在网页邮箱的设置中生成授权码。',
};
export const APP_PASSWORD: Hint = {
  en: 'The provider wants an app password here, not the password of the web page: make one in the settings of the account on the web.',
  zh: '这里要用应用专用密码登录，不是网页登录密码：请在网页的账户设置中生成。',
};
export const SWITCHED_OFF: Hint = {
  en: 'The service seems to be switched off: switch on POP3, IMAP and SMTP in the settings of the mailbox on the web.',
  zh: '服务可能没有开启：请在网页邮箱的设置中开启 POP3/IMAP/SMTP 服务。',
};
export const SMTP_SWITCHED_OFF: Hint = {
  en: 'SMTP is switched off for this mailbox: switch it on in its settings on the web.',
  zh: '该邮箱没有开启 SMTP 服务：请在网页邮箱的设置中开启 IMAP/SMTP 服务。',
};
export const TENANT_SMTP_OFF: Hint = {
  en: 'SMTP with a login is switched off for this mailbox: who runs the organisation at Microsoft switches on "Authenticated SMTP" for it.',
  zh: '该邮箱没有开启 SMTP 登录：请让贵单位的微软管理员为它开启“经过身份验证的 SMTP”。',
};
export const BASIC_OFF: Hint = {
  en: 'The provider no longer takes passwords from programs: write oauth2: in the place of password:, then run mailkeep login for this account.',
  zh: '服务商不再接受密码登录：请把配置中的 password: 换成 oauth2:，再对该账户运行 mailkeep login。',
};
export const TOKEN_REFUSED: Hint = {
  en: 'The server does not take this sign-in: run mailkeep login for this account, with the very user that it names, and see that the provider allows IMAP, POP3 and SMTP.',
  zh: '服务器不接受这次授权：请对该账户重新运行 mailkeep login，并用同一个用户登录；同时确认服务商允许 IMAP、POP3 和 SMTP。',
};
export const FIVE_CAUSES: Hint = {
  en: 'The provider says the same of five causes: switch IMAP/SMTP on in its settings on the web, use an authorization code (授权码) and not the password; if both are so, it was asked too often, and waiting helps.',
  zh: '这句话有五种原因：请在网页邮箱的设置中开启 IMAP/SMTP 服务，用授权码而不是密码登录；如果都没有问题，就是登录太频繁，稍后会自动重试。',
};
export const UNSAFE: Hint = {
  en: 'NetEase does not let this program in: see in the settings of the mailbox on the web that IMAP is switched on and no device is blocked, use an authorization code (授权码), or write to kefu@188.com.',
  zh: '网易拒绝了本程序：请在网页邮箱的设置中确认已开启 IMAP/SMTP 服务、没有禁用该设备，并使用授权码登录；仍不行请联系 kefu@188.com。',
};
export const WEB_LOGIN: Hint = {
  en: 'The provider wants to see you first: sign in once in a browser, at the address in the message if there is one, and use an app password.',
  zh: '服务商要求先在浏览器中登录一次（如有网址，请打开该网址）确认是本人，并使用应用专用密码。',
};
export const ACCOUNT_BLOCKED: Hint = {
  en: 'The provider has blocked this account: sign in on the web, and follow what it says there.',
  zh: '该账户被服务商冻结或锁定：请登录网页邮箱，按提示解除。',
};
export const EXPIRED: Hint = {
  en: 'The password or authorization code has expired: make a new one on the web, and put it where the configuration takes it from.',
  zh: '密码或授权码已过期：请在网页邮箱中重新生成，并更新配置所用的密码。',
};
export const NOT_ALLOWED: Hint = {
  en: 'The login is right, but this user may not open this mailbox: check user: and, for a shared mailbox, that it was shared with it.',
  zh: '登录信息正确，但该用户无权打开此邮箱：请检查 user:；若是共享邮箱，请确认已共享给该用户。',
};
export const TLS_FIRST: Hint = {
  en: 'The server wants TLS before a login: set tls: implicit (IMAP 993, POP3 995, SMTP 465) or tls: starttls (IMAP 143, POP3 110, SMTP 587).',
  zh: '服务器要求先加密再登录：请设置 tls: implicit（IMAP 993、POP3 995、SMTP 465）或 tls: starttls（IMAP 143、POP3 110、SMTP 587）。',
};
export const LOGIN_FIRST: Hint = {
  en: 'The server wants a login first: check user and password of the account.',
  zh: '服务器要求先登录：请检查账户的用户名和密码（授权码）。',
};
export const HANGS_UP: Hint = {
  en: 'Some servers hang up on a wrong password: check it if this happens again.',
  zh: '有的服务器在密码错误时直接断开连接：如果再次发生，请检查密码（授权码）。',
};

// Haste and trouble

export const FAILED_LOGINS: Hint = {
  en: 'There were too many failed logins: check user and password before the next try; it is tried again in a few hours.',
  zh: '登录失败次数过多：请先检查用户名和授权码；几小时后会自动重试。',
};
export const TOO_OFTEN: Hint = {
  en: 'The provider counts logins, and there were too many in a short time: it waits and tries again by itself; a longer schedule: for this account, and no other mail program on it, help.',
  zh: '登录太频繁：稍后会自动重试；可把该账户的 schedule: 间隔调长，并关闭其他正在收信的程序。',
};
export const SLOWER: Hint = {
  en: 'The server wants fewer questions for a while: it waits and tries again by itself.',
  zh: '服务器要求放慢速度：稍后会自动重试。',
};
export const OVER_BANDWIDTH: Hint = {
  en: 'The day’s allowance of the provider is used up: it waits for hours and goes on by itself; asking sooner makes it longer.',
  zh: '今天的流量已超过服务商的限制：几小时后会自动继续；过早重试会延长限制。',
};
export const MAILBOX_FULL: Hint = {
  en: 'The mailbox there is full: make room in it, or have its quota raised.',
  zh: '对方邮箱已满：请清理空间，或扩大邮箱容量。',
};
export const CONNECTIONS: Hint = {
  en: 'The account has too many connections open: close other mail programs on it, or set connections: 1 under receive:; it is tried again by itself.',
  zh: '该账户同时打开的连接太多：请关闭其他邮件程序，或在 receive: 下设置 connections: 1；稍后会自动重试。',
};
export const IN_USE: Hint = {
  en: 'Another program has this mailbox open, or a session has not ended yet: it is tried again by itself; if it stays so, close the other program.',
  zh: '邮箱正被其他程序占用，或上一次连接还没有结束：稍后会自动重试；如果一直如此，请关闭其他邮件程序。',
};
export const BUSY: Hint = {
  en: 'The server is in trouble or busy, and nothing is wrong here: it is tried again by itself.',
  zh: '服务器暂时繁忙或出错，本机设置没有问题：稍后会自动重试。',
};
export const NOT_CONNECTED: Hint = {
  en: 'The login is right, but Microsoft’s server cannot open the mailbox now: it is tried again by itself; if it stays so for a day, check that IMAP is switched on for this mailbox.',
  zh: '登录正确，但微软的服务器暂时打不开邮箱：会自动重试；如果持续一天，请确认该邮箱已开启 IMAP。',
};
export const OPERATOR: Hint = {
  en: 'The server asks that its operator be told: give them the words of the message.',
  zh: '服务器要求联系管理员：请把上面的信息告诉邮箱管理员。',
};
export const CLOSED_FOLDER: Hint = {
  en: 'The server does not let programs open this folder (at Gmail: Chats): leave it out by folders.exclude.',
  zh: '服务器不允许程序打开这个文件夹：请用 folders.exclude 排除它。',
};
export const DOWNLOADS_SPENT: Hint = {
  en: 'The downloads that the provider allows in a day are used up: it goes on by itself later.',
  zh: '今天的下载量已达服务商的上限：稍后会自动继续。',
};

// The way to the login

export const PORTAL: Hint = {
  en: 'A web page answers in the place of the mail server: open a browser and sign in to the network (hotel, campus), or check host and port.',
  zh: '应答的是网页而不是邮件服务器：请打开浏览器登录当前网络（酒店、校园网等），或检查 host 和 port。',
};
export const FILTERED: Hint = {
  en: 'Something between (antivirus, firewall) changes what the server says: let it leave mail alone, or use tls: implicit.',
  zh: '中间有程序（杀毒软件、防火墙）改动了服务器的应答：请让它不要扫描邮件，或使用 tls: implicit。',
};
export const IMAP_PORTS: Hint = {
  en: 'Check host, port and protocol in the configuration (IMAP is 993 with tls: implicit, 143 with starttls).',
  zh: '请检查配置中的 host、port 和 protocol（IMAP：tls: implicit 用 993，starttls 用 143）。',
};
export const POP3_PORTS: Hint = {
  en: 'Check host, port and protocol in the configuration (POP3 is 995 with tls: implicit, 110 with starttls).',
  zh: '请检查配置中的 host、port 和 protocol（POP3：tls: implicit 用 995，starttls 用 110）。',
};
export const SMTP_PORTS: Hint = {
  en: 'Check host and port under send: (SMTP is 465 with tls: implicit, 587 with starttls); port 25 takes no logins.',
  zh: '请检查 send: 下的 host 和 port（SMTP：tls: implicit 用 465，starttls 用 587）；25 端口不能登录。',
};
export const SILENT: Hint = {
  en: 'The server says nothing: if this port speaks TLS from the first octet, set tls: implicit.',
  zh: '服务器没有应答：如果该端口一开始就用 TLS，请设置 tls: implicit。',
};
export const NO_STARTTLS: Hint = {
  en: 'Use tls: implicit (IMAP 993, POP3 995, SMTP 465) where the server offers it; nothing is ever sent in clear instead.',
  zh: '请改用 tls: implicit（IMAP 993、POP3 995、SMTP 465）；本程序不会改为明文发送。',
};
export const IN_CLEAR: Hint = {
  en: 'Somebody may stand between this machine and the server: use tls: implicit where it is offered.',
  zh: '本机与服务器之间可能有人拦截：请改用 tls: implicit。',
};
export const NO_APOP: Hint = {
  en: 'Many servers offer APOP and cannot do it: set tls: implicit (port 995) or tls: starttls, and it is not used.',
  zh: '很多服务器声称支持 APOP 但实际不行：请设置 tls: implicit（端口 995）或 tls: starttls，就不会用它。',
};
export const NO_TOKENS: Hint = {
  en: 'The server takes no OAuth2 token: give a password instead of oauth2 for this account, or check host and port.',
  zh: '服务器不支持 OAuth2：请为该账户改用密码（或授权码），或检查 host 和 port。',
};
export const CHECK_SERVER: Hint = {
  en: 'Check host and port in the configuration; if they are right, somebody may stand between this machine and the server.',
  zh: '请检查配置中的 host 和 port；如果没有错，本机与服务器之间可能有人拦截。',
};
export const BETWEEN: Hint = {
  en: 'Somebody may stand between this machine and the server, with a certificate of their own: ask the operator of the server.',
  zh: '本机与服务器之间可能有人用自己的证书拦截：请询问服务器的管理员。',
};

/** What a server answers that speaks another protocol, or behind which something else stands (T-007, T-012, T-014). */
export function insteadOf(ports: Hint, said: string): Hint {
  if (/\bHTTP\/\d|<html|<!doctype/i.test(said)) return PORTAL;
  return /\*{6}|X{6}/.test(said) ? FILTERED : ports;
}
