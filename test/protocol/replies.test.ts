// What servers say when they refuse, to the octet where it is known: what it means, when to come back, and what a person is
// told, in Chinese too where the provider is Chinese or speaks so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MailError } from '../../src/model/error.ts';
import { languagesOf } from '../../src/model/hint.ts';
import * as netCures from '../../src/net/cures.ts';
import type { Dialogue } from '../../src/protocol/dialogue.ts';
import * as cures from '../../src/protocol/cures.ts';
import { examine } from '../../src/protocol/imap/examine.ts';
import { greeting as imapGreeting } from '../../src/protocol/imap/greeting.ts';
import { starttls as imapStarttls } from '../../src/protocol/imap/starttls.ts';
import { Tags } from '../../src/protocol/imap/tags.ts';
import { withLoginCure } from '../../src/protocol/login-cure.ts';
import { greeting as pop3Greeting } from '../../src/protocol/pop3/greeting.ts';
import { stls } from '../../src/protocol/pop3/stls.ts';
import { greeting as smtpGreeting } from '../../src/protocol/smtp/greeting.ts';
import { starttls as smtpStarttls } from '../../src/protocol/smtp/starttls.ts';
import type { WireName } from '../../src/model/ids.ts';
import { imapLogin, smtpLogin, userPass } from '../support/logins.ts';
import { refusalOf } from '../support/refusal.ts';
import { offers } from './smtp/scripted.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NONE = /^$/;

/** A way to be refused: what comes before the refusal, and the dialogue that hears it. */
const WAYS = {
  imap: [
    'C: A0001 LOGIN "u" "p"\nS: A0001 ',
    (host: string): Dialogue<unknown> => imapLogin(host, new Tags(), 'u', 'p'),
  ],
  examine: [
    'C: A0001 EXAMINE "INBOX"\nS: A0001 ',
    (host: string) => examine(host, new Tags(), 'INBOX' as WireName),
  ],
  pop3: ['C: USER u\nS: +OK\nC: PASS p\nS: ', (host: string) => userPass(host, 'u', 'p')],
  smtp: [
    'C: AUTH PLAIN AHUAcA==\nS: ',
    (host: string) => smtpLogin(host, 'u', 'p', offers({ AUTH: 'PLAIN' })),
  ],
  imapGreeting: ['S: ', (host: string) => imapGreeting(host, false)],
  pop3Greeting: ['S: ', (host: string) => pop3Greeting(host)],
  smtpGreeting: ['S: ', (host: string) => smtpGreeting(host)],
  imapTls: ['C: A0001 STARTTLS\nS: A0001 ', (host: string) => imapStarttls(host, new Tags())],
  pop3Tls: ['C: STLS\nS: ', (host: string) => stls(host)],
  smtpTls: ['C: STARTTLS\nS: ', (host: string) => smtpStarttls(host)],
} as const;

type Way = keyof typeof WAYS;

const refused = (way: Way, host: string, reply: string): Promise<MailError> => {
  const [before, make] = WAYS[way];
  return refusalOf(`${before}${reply}\n`, () => make(host));
};

const QQ5 =
  'Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.';

const REPLIES: readonly [
  id: string,
  way: Way,
  host: string,
  reply: string,
  means: string,
  after: number | undefined,
  en: RegExp,
  zh: RegExp,
][] = [
  // What NetEase, Tencent and Sina say
  [
    'I-001',
    'examine',
    'imap.163.com',
    'NO EXAMINE Unsafe Login. Please contact kefu@188.com for help',
    'refused later',
    undefined,
    /authorization code \(授权码\), or write to kefu/,
    /授权码登录；仍不行请联系 kefu/,
  ],
  [
    'I-003',
    'examine',
    'imap.163.com',
    'NO SELECT The login is not safe! Please update your mail client: http://mail.163.com/dashi',
    'refused later',
    undefined,
    /no device is blocked/,
    /没有禁用该设备/,
  ],
  [
    'I-025',
    'imap',
    'imap.qq.com',
    `NO ${QQ5}`,
    'auth later',
    undefined,
    /five causes: switch IMAP\/SMTP on/,
    /五种原因：请在网页邮箱的设置中开启 IMAP\/SMTP 服务，用授权码/,
  ],
  [
    'I-025',
    'pop3',
    'mail.example.org',
    `-ERR ${QQ5} More information at https://help.mail.qq.com/detail/108/1023`,
    'auth later',
    undefined,
    /five causes/,
    /五种原因/,
  ],
  [
    'I-015',
    'imap',
    'imap.163.com',
    'NO LOGIN Login error or password error',
    'auth never',
    undefined,
    NONE,
    NONE,
  ],
  [
    'I-015',
    'imap',
    'imap.163.com',
    'NO \\xb5\\xc7\\xc2\\xbc\\xca\\xa7\\xb0\\xdc',
    'auth never',
    undefined,
    NONE,
    NONE,
  ],
  [
    'I-015',
    'imap',
    'imap.sina.com',
    'NO IMAP service is not open',
    'auth never',
    undefined,
    /switched off/,
    /开启 POP3\/IMAP\/SMTP 服务/,
  ],
  [
    'P-049',
    'pop3',
    'pop.163.com',
    '-ERR \\xb5\\xc7\\xc2\\xbc\\xcc\\xab\\xc6\\xb5\\xb7\\xb1',
    'busy later',
    15 * MINUTE,
    /counts logins/,
    /登录太频繁/,
  ],
  [
    'P-048',
    'pop3',
    'pop.sina.com',
    '-ERR duplicate login!',
    'busy later',
    15 * MINUTE,
    /counts logins/,
    /登录太频繁/,
  ],
  [
    'P-048',
    'pop3',
    'pop3.live.com',
    '-ERR Exceeded the login limit for a 10 minute period. Reduce the frequency of requests to the POP3 server.',
    'busy later',
    10 * MINUTE,
    /longer schedule:/,
    NONE,
  ],
  [
    'S-018',
    'smtp',
    'mail.example.org',
    '535 Error: \\xc7\\xeb\\xca\\xb9\\xd3\\xc3\\xca\\xda\\xc8\\xa8\\xc2\\xeb\\xb5\\xc7\\xc2\\xbc\\xa1\\xa3\\xcf\\xea\\xc7\\xe9\\xc7\\xeb\\xbf\\xb4: http://service.mail.qq.com',
    'auth never',
    undefined,
    /wants an authorization code/,
    /要用授权码登录/,
  ],
  [
    'S-019',
    'smtp',
    'smtp.qq.com',
    '535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/',
    'auth never',
    undefined,
    /wants an authorization code/,
    /要用授权码登录/,
  ],
  [
    'S-019',
    'smtp',
    'smtp.163.com',
    '550 User has no permission',
    'auth never',
    undefined,
    /SMTP is switched off/,
    /没有开启 SMTP 服务/,
  ],
  ['S-019', 'smtp', 'smtp.163.com', '535 Error: authentication failed', 'auth never', undefined, NONE, NONE],
  [
    'S-041',
    'smtp',
    'smtp.163.com',
    '451 Requested mail action not taken: too much fail authentication',
    'busy later',
    4 * HOUR,
    /too many failed logins/,
    /登录失败次数过多/,
  ],
  // Gmail, Microsoft, Yahoo
  [
    'I-031',
    'imap',
    'imap.gmail.com',
    'NO [OVERQUOTA] Account exceeded command or bandwidth limits.',
    'busy later',
    HOUR,
    /allowance/,
    NONE,
  ],
  [
    'I-032',
    'imap',
    'imap.gmail.com',
    'NO [ALERT] Too many simultaneous connections. (Failure)',
    'busy later',
    undefined,
    /connections: 1/,
    NONE,
  ],
  [
    'I-033',
    'examine',
    'imap.gmail.com',
    'NO System Error (Failure)',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  [
    'I-037',
    'examine',
    'imap.gmail.com',
    'NO [ALERT] Folder lookup failed',
    'refused later',
    undefined,
    /folders\.exclude/,
    NONE,
  ],
  [
    'I-040',
    'imap',
    'imap.gmail.com',
    'NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)',
    'auth never',
    undefined,
    /sign in once in a browser/,
    NONE,
  ],
  [
    'I-040',
    'imap',
    'imap.gmail.com',
    'NO [WEBALERT https://accounts.google.com/x] Web login required.',
    'auth never',
    undefined,
    /sign in once in a browser/,
    NONE,
  ],
  [
    'I-041',
    'imap',
    'imap.gmail.com',
    'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)',
    'auth never',
    undefined,
    NONE,
    NONE,
  ],
  [
    'S-019',
    'smtp',
    'smtp.gmail.com',
    '534 5.7.9 Application-specific password required.',
    'auth never',
    undefined,
    /app password/,
    NONE,
  ],
  [
    'S-019',
    'smtp',
    'smtp.gmail.com',
    '534 5.7.14 Please log in via your web browser and then try again.',
    'auth never',
    undefined,
    /sign in once in a browser/,
    NONE,
  ],
  [
    'S-038',
    'smtp',
    'smtp.gmail.com',
    '454 4.7.0 Too many login attempts, please try again later.',
    'busy later',
    2 * HOUR,
    /too many failed logins/,
    NONE,
  ],
  [
    'I-050',
    'examine',
    'outlook.office365.com',
    'BAD User is authenticated but not connected.',
    'busy later',
    undefined,
    /The login is right/,
    NONE,
  ],
  [
    'I-051',
    'imap',
    'outlook.office365.com',
    'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds',
    'busy later',
    92_415,
    /fewer questions/,
    NONE,
  ],
  [
    'I-053',
    'examine',
    'outlook.office365.com',
    'NO Server Unavailable. 15',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  [
    'I-054',
    'imap',
    'outlook.office365.com',
    'NO Basic authentication is disabled.',
    'auth never',
    undefined,
    /oauth2: .*mailkeep login/,
    NONE,
  ],
  [
    'I-054',
    'smtp',
    'smtp-mail.outlook.com',
    '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
    'auth never',
    undefined,
    /oauth2: .*mailkeep login/,
    NONE,
  ],
  [
    'I-054',
    'smtp',
    'smtp.office365.com',
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    'auth never',
    undefined,
    /Authenticated SMTP/,
    NONE,
  ],
  [
    'P-032',
    'pop3',
    'outlook.office365.com',
    '-ERR Logon failure: unknown user name or bad password.',
    'auth never',
    undefined,
    NONE,
    NONE,
  ],
  [
    'I-084',
    'examine',
    'imap.mail.yahoo.com',
    'NO [LIMIT] UID FETCH Rate limit hit.',
    'busy later',
    undefined,
    /fewer questions/,
    NONE,
  ],
  // Others
  [
    'I-072',
    'imap',
    'imap.fastmail.com',
    'NO Ambiguous Alias',
    'busy later',
    undefined,
    /tried again by itself/,
    NONE,
  ],
  [
    'I-076',
    'imap',
    'imap.example.org',
    'NO [AUTHORIZATIONFAILED] no',
    'auth never',
    undefined,
    /shared mailbox/,
    NONE,
  ],
  [
    'I-178',
    'imap',
    'imap.example.org',
    'NO [UNAVAILABLE] System error',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  [
    'I-178',
    'imap',
    'imap.example.org',
    'NO [UNAVAILABLE] wrong password',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  ['I-178', 'imap', 'imap.example.org', 'NO [INUSE] no', 'busy later', undefined, /Another program/, NONE],
  ['I-178', 'imap', 'imap.example.org', 'NO [EXPIRED] no', 'auth never', undefined, /has expired/, NONE],
  ['I-178', 'imap', 'imap.example.org', 'NO [CONTACTADMIN] no', 'refused later', undefined, /operator/, NONE],
  [
    'I-171',
    'imap',
    'imap.gmx.net',
    'NO [PRIVACYREQUIRED] no',
    'auth never',
    undefined,
    /tls: implicit/,
    NONE,
  ],
  [
    'I-092',
    'imap',
    'imap.yandex.com',
    'NO [AUTHENTICATIONFAILED] LOGIN rate limit exceeded',
    'auth never',
    undefined,
    /counts logins/,
    NONE,
  ],
  [
    'P-029',
    'pop3',
    'pop.example.org',
    '-ERR [IN-USE] mailbox already in use by pid 12345',
    'busy later',
    undefined,
    /Another program/,
    NONE,
  ],
  [
    'P-029',
    'pop3',
    'pop.example.cn',
    '-ERR Mailbox locked',
    'busy later',
    undefined,
    /Another program/,
    /其他程序占用/,
  ],
  [
    'P-030',
    'pop3',
    'pop.example.org',
    '-ERR [LOGIN-DELAY] minimum is 900 s',
    'busy later',
    15 * MINUTE,
    /counts logins/,
    NONE,
  ],
  [
    'P-031',
    'pop3',
    'pop.example.org',
    '-ERR [SYS/TEMP/DISK] later',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  ['P-031', 'pop3', 'pop.example.org', '-ERR [SYS/PERM] gone', 'refused never', undefined, /operator/, NONE],
  ['P-031', 'pop3', 'pop.example.org', '-ERR [AUTH] no', 'auth never', undefined, NONE, NONE],
  [
    'P-031',
    'pop3Greeting',
    'pop.example.org',
    '-ERR [SYS/TEMP] down',
    'busy later',
    undefined,
    /nothing is wrong here/,
    NONE,
  ],
  [
    'S-028',
    'smtp',
    'smtp.example.org',
    '530 5.7.0 Must issue a STARTTLS command first',
    'auth never',
    undefined,
    /tls: starttls/,
    NONE,
  ],
  [
    'S-028',
    'smtp',
    'smtp.example.com.cn',
    '538 no',
    'auth never',
    undefined,
    /tls: starttls/,
    /先加密再登录/,
  ],
  [
    '—',
    'pop3',
    'pop.tom.com',
    '-ERR 您的帐号已被冻结',
    'auth never',
    undefined,
    /blocked this account/,
    /冻结或锁定/,
  ],
  [
    '—',
    'smtp',
    'smtp.example.org',
    '535 5.7.8 Error: authentication failed',
    'auth never',
    undefined,
    NONE,
    NONE,
  ],
  // T: the way to the login
  [
    'T-006',
    'smtpTls',
    'smtp.example.org',
    '502 what',
    'tls later',
    undefined,
    /nothing is ever sent in clear/,
    NONE,
  ],
  [
    'S-029',
    'smtpTls',
    'smtp.qq.com',
    '454 4.7.0 TLS not available',
    'tls later',
    undefined,
    /tls: implicit/,
    /不会改为明文/,
  ],
  ['T-006', 'imapTls', 'imap.example.org', 'BAD what', 'tls later', undefined, /tls: implicit/, NONE],
  ['T-006', 'pop3Tls', 'pop.sina.com', '-ERR what', 'tls later', undefined, /tls: implicit/, /不会改为明文/],
  [
    'T-012',
    'smtpTls',
    'smtp.example.org',
    '500 XXXXXXXA unrecognized',
    'tls later',
    undefined,
    /antivirus/,
    NONE,
  ],
  [
    'T-012',
    'smtpGreeting',
    'smtp.example.org',
    '****************',
    'protocol later',
    undefined,
    /antivirus/,
    NONE,
  ],
  [
    'T-014',
    'imapGreeting',
    'imap.qq.com',
    'HTTP/1.1 400 Bad Request',
    'protocol later',
    undefined,
    /sign in to the network/,
    /浏览器登录当前网络/,
  ],
  [
    'T-014',
    'pop3Greeting',
    'pop.example.org',
    '<html>',
    'protocol later',
    undefined,
    /sign in to the network/,
    NONE,
  ],
  [
    'T-014',
    'smtpGreeting',
    'smtp.example.org',
    'HTTP/1.0 302 Found',
    'protocol later',
    undefined,
    /sign in to the network/,
    NONE,
  ],
  [
    'T-007',
    'imapGreeting',
    'imap.163.com',
    '+OK POP3',
    'protocol later',
    undefined,
    /IMAP is 993/,
    /IMAP：tls: implicit 用 993/,
  ],
];

describe('a refusal', () => {
  for (const [id, way, host, reply, means, after, en, zh] of REPLIES) {
    it(`${id} at ${host}: ${reply.slice(0, 60)}`, async () => {
      const error = await refused(way, host, reply);
      assert.deepEqual([`${error.kind} ${error.retry}`, error.after], [means, after]);
      const [english = '', chinese = ''] = languagesOf(error.hint ?? '');
      assert.match(english, en);
      assert.match(chinese, zh);
    });
  }

  it('outside a login says nothing of the password', async () => {
    for (const words of ['Invalid password', 'IMAP is disabled', 'use the authorization code'])
      assert.equal((await refused('examine', 'imap.example.org', `NO ${words}`)).kind, 'refused', words);
  });

  it('asks for a day of patience at most', async () => {
    const { after } = await refused('imap', 'imap.example.org', 'NO [LIMIT] try again in 999999999 minutes');
    assert.equal(after, 24 * HOUR);
  });

  it('that names no cure, or a general one, gets that of the provider; a specific one stays', async () => {
    const known = 'QQ wants … — QQ 要求……';
    for (const [reply, hint] of [
      ['535 Error: authentication failed', known],
      ['535 Please enter your authorization code to login.', known],
      ['550 User has no permission', /SMTP is switched off/],
    ] as const) {
      const told =
        withLoginCure(await refused('smtp', 'smtp.qq.com', reply), 'smtp.qq.com', known).hint ?? '';
      if (typeof hint === 'string') assert.equal(told, hint);
      else assert.match(told, hint);
    }
    const error = await refused('smtp', 'smtp.example.cn', '535 no');
    assert.match(
      withLoginCure(error, 'smtp.example.cn', undefined).hint ?? '',
      /^Check user.* — 请检查用户名/,
    );
  });
});

describe('a cure', () => {
  const all = Object.entries({ ...netCures, ...cures }).filter(([, hint]) => typeof hint === 'object');

  it('is said in both languages, as one sentence each', () => {
    assert.ok(all.length > 40);
    for (const [name, hint] of all) {
      if (typeof hint === 'function') continue;
      assert.match(hint.en, /^[A-Z][^—]+\.$/, name);
      assert.match(hint.zh, /^[^—]*\p{Script=Han}{4}[^—]*。$/u, name);
    }
  });

  it('is said by one name only', () => {
    const sentences = all.flatMap(([, hint]) => (typeof hint === 'function' ? [] : [hint.en, hint.zh]));
    assert.equal(new Set(sentences).size, sentences.length);
  });
});
