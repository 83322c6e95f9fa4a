// PURE: what `init` says, in English and in Chinese.

import { chineseName } from '../config/presets.ts';
import type { Hint } from '../model/hint.ts';
import type { StoreKind } from './init-store.ts';
import { isChinese } from './locale.ts';

/** The texts of one language. */
export interface InitTexts {
  readonly title: string;
  readonly address: string;
  readonly notAnAddress: string;
  readonly name: string;
  readonly badName: string;
  readonly nameTaken: string;
  /** `domain` is being asked. */
  readonly looking: (domain: string) => string;
  readonly foundNothing: string;
  /** Who told of the servers. */
  readonly told: { readonly file: string; readonly mx: (provider: string) => string; readonly srv: string };
  readonly useThem: string;
  readonly yes: string;
  readonly no: string;
  /** A question that is answered with the arrow keys. */
  readonly choose: (question: string) => string;
  readonly protocol: string;
  readonly imapAbout: string;
  readonly pop3About: string;
  readonly imapHost: string;
  readonly pop3Host: string;
  readonly smtpHost: string;
  readonly password: string;
  /** `provider` takes no passwords; `how` a client id is had. */
  readonly needsOAuth2: (provider: string, how: string) => string;
  readonly clientId: string;
  readonly signIn: string;
  readonly empty: string;
  readonly data: string;
  readonly testing: string;
  readonly failed: string;
  readonly again: string;
  readonly testAgain: string;
  readonly writeAnyway: string;
  readonly giveUp: string;
  readonly cancelled: string;
  readonly written: string;
  readonly appended: string;
  readonly keptIn: Readonly<Record<StoreKind, (place: string) => string>>;
  readonly notTested: string;
  readonly now: string;
  readonly sync: string;
  readonly daemon: (outbox: string) => string;
  readonly search: string;
  readonly status: string;
  readonly service: string;
  /** Asked where the service is installed; `atLogin`: it begins and ends with a person's session. */
  readonly mayStart: (what: 'start' | 'takeIn', atLogin: boolean) => string;
  readonly agree: string;
  readonly notNow: string;
  readonly starting: string;
  /** It was done, and is so. */
  readonly runs: (what: 'start' | 'takeIn', atLogin: boolean) => string;
  readonly takesIn: string;
  readonly linger: string;
  /** What the page of a service of the machine needs. */
  readonly page: string;
  readonly cure: (hint: Hint) => string;
}

const EN: InitTexts = {
  title: 'mailkeep: a new account',
  address: 'Your mail address',
  notAnAddress: 'This is not a mail address',
  name: 'A short name for the account',
  badName: 'Only a-z, 0-9, ".", "_" and "-"',
  nameTaken: 'There is an account of this name already',
  looking: (domain) => `Looking for the servers of ${domain} …`,
  foundNothing: 'It tells of none; whoever runs it knows them',
  told: {
    file: 'Its own configuration file names',
    mx: (provider) => `Its mail is kept at ${provider}`,
    srv: 'Its DNS names, without a proof that it is so',
  },
  useThem: 'Are these right?',
  yes: 'Yes',
  no: 'No',
  choose: (question) => `${question} (↑ ↓, then Enter)`,
  protocol: 'How is mail fetched?',
  imapAbout: 'all folders; the better choice',
  pop3About: 'the inbox only',
  imapHost: 'IMAP server',
  pop3Host: 'POP3 server',
  smtpHost: 'SMTP server (empty: this account does not send)',
  password: 'Password or authorization code',
  needsOAuth2: (provider, how) =>
    `${provider} takes no passwords from programs, only a sign-in (OAuth2), for which you need a client id of your own: ${how}.`,
  clientId: 'Client id of the application that you have registered',
  signIn: 'signs in at the provider, once; nothing can be fetched before',
  empty: 'Something must stand here',
  data: 'Where is mail kept?',
  testing: 'Testing the logins',
  failed: 'The test failed. What now?',
  again: 'Enter the password again',
  testAgain: 'Test again',
  writeAnyway: 'Write the configuration all the same',
  giveUp: 'Stop; nothing is written',
  cancelled: 'Nothing was written',
  written: 'Written',
  appended: 'Added to',
  keptIn: {
    systemd: (place) => `The password is sealed by systemd, for this machine only, in ${place}`,
    keyring: (place) => `The password is in your keyring: ${place}`,
    file: (place) => `The password is in a file that only its owner can read: ${place}`,
  },
  notTested: 'The logins were not tested; `mailkeep check` does it',
  now: 'What happens now',
  sync: 'fetches all mail once; it can be stopped and goes on where it was',
  daemon: (outbox) => `goes on fetching, and sends what is put into the outbox: ${outbox}`,
  search: 'finds a message',
  status: 'tells whether all is well',
  service: 'runs it as a service of yours, once its unit is installed',
  mayStart: (what, atLogin) =>
    what === 'takeIn'
      ? 'The service runs already. Shall it take the account in now?'
      : `Start mailkeep now, and ${atLogin ? 'each time you log in' : 'at each boot'}?`,
  agree: 'Yes',
  notNow: 'Not now',
  starting: 'Speaking to the service',
  runs: (what, atLogin) =>
    what === 'takeIn'
      ? 'The running service has taken the account in'
      : `The service runs now, and starts ${atLogin ? 'each time you log in' : 'at each boot'}`,
  takesIn: 'has the running service take the account in',
  linger: 'keeps your service running while you are not logged in; else it ends with your session',
  page: 'The page of a service needs a password, as it runs as a user of its own and not as you: seal one by `systemd-ask-password -n | systemd-creds encrypt --name=mailkeep.web - /etc/credstore.encrypted/mailkeep.web`, and write `web: { listen: 127.0.0.1:8025, password: { credential: mailkeep.web } }` into the configuration.',
  cure: ({ en }) => en,
};

const ZH: InitTexts = {
  title: 'mailkeep：添加邮箱账户',
  address: '邮箱地址',
  notAnAddress: '这不是邮箱地址',
  name: '账户简称',
  badName: '只能用 a-z、0-9、“.”、“_”和“-”',
  nameTaken: '已有同名账户',
  looking: (domain) => `正在查找 ${domain} 的服务器 …`,
  foundNothing: '没有找到；请向管理员询问服务器地址',
  told: {
    file: '该域名自己的配置文件给出',
    mx: (provider) => `该域名的邮件托管在${chineseName(provider).trimEnd()}`,
    srv: '该域名的 DNS 给出（未经验证）',
  },
  useThem: '这些服务器对吗？',
  yes: '对',
  no: '不对',
  choose: (question) => `${question}（↑ ↓ 选择，回车确认）`,
  protocol: '用什么协议收信？',
  imapAbout: '收取所有文件夹，推荐',
  pop3About: '只收取收件箱',
  imapHost: 'IMAP 服务器',
  pop3Host: 'POP3 服务器',
  smtpHost: 'SMTP 服务器（留空：此账户不发信）',
  password: '密码或授权码',
  needsOAuth2: (provider, how) =>
    `${chineseName(provider)}不接受程序用密码登录，只接受 OAuth2，需要您自己注册的客户端 ID：${how}。`,
  clientId: '您注册的应用的客户端 ID（client id）',
  signIn: '在服务商处登录一次；登录之前无法收信',
  empty: '不能为空',
  data: '邮件存放在哪里？',
  testing: '正在测试登录',
  failed: '测试未通过，怎么办？',
  again: '重新输入密码',
  testAgain: '再测试一次',
  writeAnyway: '仍然写入配置',
  giveUp: '停止，不写入任何内容',
  cancelled: '未写入任何内容',
  written: '已写入',
  appended: '已添加到',
  keptIn: {
    systemd: (place) => `密码已由 systemd 加密（仅本机可解），保存在 ${place}`,
    keyring: (place) => `密码保存在您的密钥环：${place}`,
    file: (place) => `密码保存在仅所有者可读的文件：${place}`,
  },
  notTested: '尚未测试登录；可运行 `mailkeep check`',
  now: '接下来',
  sync: '收取全部邮件一次；可随时中断，下次接着收',
  daemon: (outbox) => `持续收信，并发送放入发件夹的邮件：${outbox}`,
  search: '查找邮件',
  status: '查看是否一切正常',
  service: '安装用户单元之后，作为您的服务运行',
  mayStart: (what, atLogin) =>
    what === 'takeIn'
      ? '服务已在运行，现在就让它加入这个账户吗？'
      : `现在启动 mailkeep，并在每次${atLogin ? '登录' : '开机'}时启动吗？`,
  agree: '好',
  notNow: '以后再说',
  starting: '正在通知服务',
  runs: (what, atLogin) =>
    what === 'takeIn'
      ? '运行中的服务已加入这个账户'
      : `服务已启动，以后每次${atLogin ? '登录' : '开机'}时自动启动`,
  takesIn: '让运行中的服务加入这个账户',
  linger: '未登录时也保持您的服务运行；否则它随会话结束',
  page: '服务的网页须有密码，因为它以自己的用户运行，而不是您的用户：请用 `systemd-ask-password -n | systemd-creds encrypt --name=mailkeep.web - /etc/credstore.encrypted/mailkeep.web` 设置，并在配置中写 `web: { listen: 127.0.0.1:8025, password: { credential: mailkeep.web } }`。',
  cure: ({ zh }) => zh,
};

/** Chinese where the person's locale is. */
export function initTexts(env: Readonly<Record<string, string | undefined>>): InitTexts {
  return isChinese(env) ? ZH : EN;
}
